-- Which trace an event was said in, so that what it sets going is part of it.
alter table outbox add column trace text;
