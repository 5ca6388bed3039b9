-- Reports as they were written (docs/reports.md): asked again, one is the same to the byte.
create schema if not exists report;

create table report.written (
  -- Made of its kind, period, filters, language, publication, and of what its reader may see.
  id text primary key,
  kind text not null,
  language text not null,
  period_from date not null,
  period_to date not null,
  -- Of whoever may have it: what they see of each mart, as a hash.
  rights text not null,
  body text not null,
  written_at timestamptz not null default clock_timestamp()
);
create index on report.written (written_at);
