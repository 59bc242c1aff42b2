-- That nobody is booked twice is kept by a number of the owner and the seat, and of the patient: comparing numbers costs
-- a third of comparing texts, and this index is most of what a booking costs. Equal owners have equal numbers always; two
-- owners with the same number (one in 2^64) would merely not be booked at the same time.
select 1; -- only sqlite
alter table resource_claim add constraint resource_claim_apart exclude using gist (hashtextextended(owner, seat) with =, tstzrange(starts_at, ends_at) with &&); -- only postgres
alter table resource_claim drop constraint resource_claim_no_overlap; -- only postgres
alter table patient_claim add constraint patient_claim_apart exclude using gist (hashtextextended(patient, 0) with =, tstzrange(starts_at, ends_at) with &&); -- only postgres
alter table patient_claim drop constraint patient_claim_no_overlap; -- only postgres
