-- A furniture shop, as docs/examples/furniture.yml describes it: furniture by the piece, fabric by the metre, filling by
-- the kilogram. For trying Cordage out in an empty database; a shop of your own has its tables already.
create table category (
  id integer primary key,
  name text not null
);

create table product (
  id integer primary key,
  article_number text not null unique,
  title text not null,
  description text,
  category_id integer references category,
  unit text not null default 'piece',
  net_price numeric(10, 2) not null,
  -- Made by the database, and not captured: what is listed nowhere is not asked for.
  gross_price numeric(12, 4) generated always as (net_price * 1.19) stored
);

create table customer (
  id bigint generated always as identity primary key,
  name text not null,
  email text,
  registered_from inet,
  born date
);

create table orders (
  id bigint primary key,
  customer_id bigint references customer,
  ordered_at timestamptz not null default now(),
  state text not null default 'open'
);

create table order_line (
  order_id bigint references orders,
  position integer,
  product_id integer references product,
  quantity numeric(10, 3) not null,
  unit_price numeric(10, 2) not null,
  primary key (order_id, position)
);

create table invoice_line (
  id bigint generated always as identity primary key,
  order_id bigint,
  order_position integer,
  invoiced_on date not null,
  product_id integer,
  customer_id bigint,
  quantity numeric(10, 3) not null,
  total numeric(12, 2) not null
);

insert into category values (1, 'Chairs'), (2, 'Tables'), (3, 'Fabrics'), (4, 'Fillings');
insert into product (id, article_number, title, description, category_id, unit, net_price) values
  (1, 'CH-OAK-1', 'Oak chair', 'A sturdy dining chair of solid oak', 1, 'piece', 129.00),
  (2, 'CH-ASH-2', 'Ash armchair', 'A light armchair with a woven seat', 1, 'piece', 249.00),
  (3, 'TA-OAK-1', 'Oak table', 'A long dining table for eight', 2, 'piece', 899.00),
  (4, 'FA-LIN-7', 'Linen, natural', 'Upholstery linen, 140 cm wide, sold by the metre', 3, 'metre', 24.90),
  (5, 'FI-WOL-1', 'Wool filling', 'Virgin wool for cushions, sold by the kilogram', 4, 'kilogram', 18.50);
insert into customer (name, email, registered_from, born) values
  ('Ada Fields', 'ada@example.com', '192.0.2.7', '1984-03-02'),
  ('Ben Moss', 'ben@example.com', '2001:db8::1', null);
insert into orders values
  (100, 1, '2026-03-02 09:30:00+01', 'invoiced'),
  (101, 2, '2026-03-04 17:05:00+01', 'invoiced'),
  (102, 1, '2026-03-10 11:00:00+01', 'open');
insert into order_line values
  (100, 1, 1, 4, 129.00),
  (100, 2, 4, 2.750, 24.90),
  (101, 1, 5, 0.400, 18.50),
  (102, 1, 3, 1, 899.00);
insert into invoice_line (order_id, order_position, invoiced_on, product_id, customer_id, quantity, total) values
  (100, 1, '2026-03-05', 1, 1, 4, 516.00),
  (100, 2, '2026-03-05', 4, 1, 2.750, 68.48),
  (101, 1, '2026-03-06', 5, 2, 0.400, 7.40),
  -- Delivery: no product, and money all the same.
  (101, null, '2026-03-06', null, 2, 1, 12.00);
