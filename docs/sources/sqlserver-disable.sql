-- Undoes sqlserver-enable.sql. First stop what follows the system, and remove its source file.
-- If others use change data capture in this database, drop the instances of part 1 one by one and leave out the last line.
use shop;
drop user if exists cordage;
exec sys.sp_cdc_disable_db;
alter database shop set allow_snapshot_isolation off;
use master;
drop login cordage;
