-- Who may see which mart, and which of its rows (docs/access.md).
alter table ops.mart
  -- user, operator, or the role that a caller needs.
  add column access text not null default 'user',
  -- By column: the claim that holds the values which a caller may see.
  add column row_rules jsonb not null default '{}';

-- Whoever asks a job to be done is who it is done for.
alter table ops.job_record add column requested_as json;
update ops.job_record
set requested_as = json_build_object('subject', requested_by, 'isOperator', false, 'roles', '[]'::json, 'claims', '{}'::json)
where requested_by is not null and state in ('waiting', 'running');

-- What a role of this database may read of the marts; an operator fills it. Rights follow with the next publication, claims
-- at once.
create table ops.mart_reader (
  role name primary key,
  -- Marts of these levels.
  access text[] not null default '{user}',
  -- By claim: a list of the values that the role has.
  claims jsonb not null default '{}' check (jsonb_typeof(claims) = 'object')
);

-- The claims of whoever asks, by all the roles that it has. A role that is gone has none.
create view ops.own_claim as
select c.key as claim, v.value
from ops.mart_reader r
join pg_roles p on p.rolname = r.role
cross join jsonb_each(r.claims) c
cross join jsonb_array_elements_text(c.value) v
where pg_has_role(current_user, p.oid, 'member');
