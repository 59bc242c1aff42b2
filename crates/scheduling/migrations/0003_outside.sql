-- Which absences come from calendars that doctors keep elsewhere: replaced when these change, never by hand.
create table outside_busy (
    exception text primary key,
    doctor text not null
);
create index outside_busy_doctor on outside_busy (doctor);
