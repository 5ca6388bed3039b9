-- The demo's operational database, as a SQL Server team would name it.
create schema dbo;

create table dbo."Product" (
  "ProductID" integer primary key,
  "ProductNumber" text not null,
  "Name" text not null,
  "Model" text,
  "Description" text,
  "Color" text,
  "StandardCost" numeric(19, 4),
  "ListPrice" numeric(19, 4) not null,
  "Subcategory" text,
  "Category" text,
  "ModifiedDate" timestamp not null default localtimestamp
);
create table dbo."ProductDescription" (
  "Model" text not null,
  "Culture" text not null,
  "Description" text,
  primary key ("Model", "Culture")
);
create table dbo."Client" (
  "ClientID" integer primary key,
  "Prefix" text,
  "FirstName" text not null,
  "LastName" text not null,
  "BirthDate" date,
  "MaritalStatus" text,
  "Gender" text,
  "Email" text,
  "AnnualIncome" numeric(19, 4),
  "TotalChildren" integer,
  "Education" text,
  "Occupation" text,
  "HomeOwner" boolean
);
create table dbo."Territory" (
  "TerritoryID" integer primary key,
  "Region" text not null,
  "Country" text not null,
  "Continent" text not null
);
create table dbo."Transporter" (
  "TransporterID" integer primary key,
  "Name" text not null,
  "ShipBase" numeric(19, 4) not null,
  "ShipRate" numeric(19, 4) not null
);
create table dbo."Order" (
  "OrderID" integer primary key,
  "OrderNumber" text not null,
  "OrderDate" timestamp not null,
  "ClientID" integer not null,
  "TerritoryID" integer not null,
  "TransporterID" integer,
  "Status" text not null
);
create table dbo."OrderItem" (
  "OrderID" integer not null,
  "LineNumber" integer not null,
  "ProductID" integer not null,
  "Quantity" integer not null,
  "UnitPrice" numeric(19, 4) not null,
  primary key ("OrderID", "LineNumber")
);
create table dbo."Sale" (
  "SaleID" bigint primary key,
  "OrderID" integer not null,
  "LineNumber" integer not null,
  "SaleDate" date not null,
  "ProductID" integer not null,
  "ClientID" integer not null,
  "TerritoryID" integer not null,
  "Quantity" integer not null,
  "Amount" numeric(19, 4) not null
);
create table dbo."Return" (
  "ReturnID" integer primary key,
  "ReturnDate" date not null,
  "TerritoryID" integer not null,
  "ProductID" integer not null,
  "Quantity" integer not null
);
create table dbo."Inventory" (
  "ProductID" integer not null,
  "Location" text not null,
  "Quantity" integer not null,
  primary key ("ProductID", "Location")
);
create table dbo."SpecialOffer" (
  "SpecialOfferID" integer primary key,
  "Description" text not null,
  "DiscountPct" numeric(10, 4) not null,
  "Type" text,
  "Category" text,
  "StartDate" timestamp,
  "EndDate" timestamp,
  "MinQty" integer,
  "MaxQty" integer
);

-- What was done to the tables above, row by row, in the transaction that did it. It is not captured: tests hold the
-- lake against it.
create schema sim;
create table sim.ledger (
  id bigint generated always as identity primary key,
  table_name text not null,
  op text not null check (op in ('c', 'u', 'd')),
  before jsonb,
  after jsonb,
  at timestamptz not null default clock_timestamp()
);

create function sim.record() returns trigger language plpgsql as $$
begin
  insert into sim.ledger (table_name, op, before, after) values (
    tg_table_name,
    case tg_op when 'INSERT' then 'c' when 'UPDATE' then 'u' else 'd' end,
    case when tg_op <> 'INSERT' then to_jsonb(old) end,
    case when tg_op <> 'DELETE' then to_jsonb(new) end
  );
  return null;
end $$;
