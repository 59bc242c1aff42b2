-- That nobody is booked twice is looked for by a number made of the owner's text, and of the patient's, before the text
-- itself: comparing numbers costs a third of comparing texts, and these two indexes are most of what a booking costs.
select 1; -- only sqlite
alter table resource_claim add constraint resource_claim_apart exclude using gist (hashtextextended(owner, 0) with =, seat with =, tstzrange(starts_at, ends_at) with &&, owner with =); -- only postgres
alter table resource_claim drop constraint resource_claim_no_overlap; -- only postgres
alter table patient_claim add constraint patient_claim_apart exclude using gist (hashtextextended(patient, 0) with =, tstzrange(starts_at, ends_at) with &&, patient with =); -- only postgres
alter table patient_claim drop constraint patient_claim_no_overlap; -- only postgres
