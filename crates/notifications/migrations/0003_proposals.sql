-- Until when an answer is awaited to times proposed. Such a notification is kept as a reminder, the nearest kind that the
-- check of the column knows; this tells it apart.
alter table notification add column answer_by timestamptz;
