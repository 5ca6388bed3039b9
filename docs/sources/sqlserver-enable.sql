-- Makes a SQL Server database ready for "capture: sqlserver". Put your names for shop, dbo, the tables and the login.
-- Part 1 needs sysadmin, part 2 db_owner, part 3 securityadmin. It can be run again: what is there already stays.

-- 1. The database. On Amazon RDS: exec msdb.dbo.rds_cdc_enable_db 'shop';
use shop;
if not exists (select 1 from sys.databases where name = db_name() and is_cdc_enabled = 1)
  exec sys.sp_cdc_enable_db;
-- Lets tables be read as of one moment without holding locks. Each changed row keeps its old version in tempdb for a while.
alter database shop set allow_snapshot_isolation on;

-- 2. The tables, one call each. SQL Server Agent must run: the first call makes the jobs for capture and clean-up.
if not exists (select 1 from cdc.change_tables where source_object_id = object_id(N'dbo.Product'))
  exec sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Product', @role_name = null,
    @supports_net_changes = 0;
if not exists (select 1 from cdc.change_tables where source_object_id = object_id(N'dbo.Order'))
  exec sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'Order', @role_name = null,
    @supports_net_changes = 0;

-- 3. The login, with the least that it needs.
if not exists (select 1 from sys.server_principals where name = N'cordage')
  create login cordage with password = N'<a long one>';
if not exists (select 1 from sys.database_principals where name = N'cordage')
  create user cordage for login cordage;
grant select on schema::cdc to cordage;
grant select on dbo.Product to cordage;
grant select on dbo.[Order] to cordage;
-- Only for an exact snapshot; what happens without it: docs/reference/sqlserver.md. From 2022: view server performance state.
use master;
grant view server state to cordage;
