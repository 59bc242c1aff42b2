//! `POST /users/register`: one form, answered by several contexts (A1, A2, A3). Everything is checked before anything
//! is kept, so that all fields to mend are told at once; then the account is opened and, as that account, the profile
//! kept. If the program ends in between, the account is there and its profile is asked for after the next sign-in.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use contracts::{
    Permission,
    auth::{Account, Auth, OpenAccount, Role},
    directory::{Directory, Doctor, DoctorForm},
    people::{Address, EmergencyContact, Patient, PatientForm, PatientType, People, Sex},
};
use jiff::{SignedDuration, civil::Date};
use platform::{
    Actor, Cx, Error, FieldError, PermissionSet, Result,
    error::Problems,
    http::{Body, Problem, etag, limit::Limiter},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Signs somebody up. A patient (the default) gives their person too; a doctor gives `doctor`, now or later, and waits
/// for an approval; staff are signed up by a super admin.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Register {
    /// `patient` when absent.
    #[serde(default)]
    role: Option<Role>,
    /// Full name.
    name: String,
    /// Also the name to sign in with.
    email: String,
    /// Phone or WhatsApp number.
    #[serde(default)]
    phone: Option<String>,
    /// 10 to 200 characters, not one that is quickly guessed.
    password: String,
    /// Facilities an admin works for.
    #[serde(default)]
    facilities: Vec<String>,
    /// NIK, 16 digits.
    #[serde(default)]
    nik: Option<String>,
    /// Why there is no NIK: `newborn`, `foreigner`, `later`.
    #[serde(default)]
    no_nik_reason: Option<String>,
    /// Place of birth; required of patients.
    #[serde(default)]
    birth_place: Option<String>,
    /// Date of birth; required of patients.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    birth_date: Option<Date>,
    /// Sex; required of patients.
    #[serde(default)]
    sex: Option<Sex>,
    /// Address.
    #[serde(default)]
    address: Address,
    /// Umum or BPJS; umum when absent.
    #[serde(default)]
    patient_type: Option<PatientType>,
    /// 13 digits, required for BPJS.
    #[serde(default)]
    bpjs_number: Option<String>,
    /// Whom to call.
    #[serde(default)]
    emergency_contact: Option<EmergencyContact>,
    /// The doctor's own form.
    #[serde(default)]
    doctor: Option<DoctorForm>,
}

/// Who is signed up now.
#[derive(Debug, Serialize, ToSchema)]
struct Registered {
    /// The account; a doctor's is `pending`.
    account: Account,
    /// The patient.
    patient: Option<Patient>,
    /// The doctor, waiting.
    doctor: Option<Doctor>,
}

/// The contexts a sign-up needs.
#[derive(Clone)]
struct Desk {
    auth: Arc<dyn Auth>,
    people: Arc<dyn People>,
    directory: Arc<dyn Directory>,
    callers: Arc<Limiter<Option<IpAddr>>>,
}

pub(super) fn routes(verbs: &super::Verbs) -> OpenApiRouter {
    let callers = Limiter::new(verbs.sign_ups.max(1), SignedDuration::from_mins(10), 100_000);
    let callers = callers.shared("sign-ups", &verbs.shared);
    let desk = Desk {
        auth: verbs.auth.clone(),
        people: verbs.people.clone(),
        directory: verbs.directory.clone(),
        callers: Arc::new(callers),
    };
    OpenApiRouter::new().routes(routes!(register)).routes(routes!(register_short)).with_state(desk)
}

type Created = (StatusCode, [(HeaderName, String); 2], Json<Registered>);

/// Signs up: role patient by default, doctor waits for an approval, admin by a super admin only.
#[utoipa::path(post, path = "/api/v1/users/register", operation_id = "register", tag = "users", request_body = Register,
    responses((status = 201, body = Registered, headers(("ETag" = String), ("Location" = String))),
        (status = 403, description = "this role is given by a super admin only", body = Problem),
        (status = 409, description = "`email-taken` or `phone-taken`", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn register(State(desk): State<Desk>, cx: Cx, Body(form): Body<Register>) -> Result<Created> {
    let registered = desk.register(&cx, form).await?;
    let [tag] = etag(registered.account.version);
    let location = (header::LOCATION, format!("/api/v1/users/{}", registered.account.id));
    Ok((StatusCode::CREATED, [tag, location], Json(registered)))
}

/// As `POST /api/v1/users/register`.
#[utoipa::path(post, path = "/users/register", operation_id = "register_short", tag = "users", request_body = Register,
    responses((status = 201, body = Registered, headers(("ETag" = String), ("Location" = String))),
        (status = 403, description = "this role is given by a super admin only", body = Problem),
        (status = 409, description = "`email-taken` or `phone-taken`", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn register_short(desk: State<Desk>, cx: Cx, form: Body<Register>) -> Result<Created> {
    register(desk, cx, form).await
}

impl Desk {
    async fn register(&self, cx: &Cx, form: Register) -> Result<Registered> {
        let role = form.role.unwrap_or(Role::Patient);
        let staff = matches!(role, Role::Admin | Role::SuperAdmin);
        if staff && !cx.may(Permission::RoleManage) {
            return Err(Error::Forbidden("role.manage"));
        }
        let account = form.account(role);
        let mut problems = self.problems_of_account(cx, &account).await?;
        let person = if role == Role::Patient { form.person(&mut problems) } else { None };
        if let Some(person) = &person {
            gather("", self.people.check_form(cx, person).await, &mut problems)?;
        }
        let doctor = if role == Role::Doctor { form.doctor } else { None };
        if let Some(doctor) = &doctor {
            gather("doctor.", self.directory.check_doctor(cx, doctor).await, &mut problems)?;
        }
        told_once(problems)?;
        // Hashing is what a flood of sign-ups would burn.
        if cx.account().is_err() {
            self.callers.take_everywhere(&cx.address, cx.now()).await?;
        }
        let account = self.auth.open_account(cx, account).await?;
        let own = as_account(cx, &account);
        let patient = match person {
            Some(person) => Some(self.people.register_self(&own, person).await?),
            None => None,
        };
        let doctor = match doctor {
            Some(doctor) => Some(self.directory.register_doctor(&own, doctor).await?),
            None => None,
        };
        Ok(Registered { account, patient, doctor })
    }

    async fn problems_of_account(&self, cx: &Cx, account: &OpenAccount) -> Result<Vec<FieldError>> {
        let mut problems = Vec::new();
        gather("", self.auth.check_account(cx, account).await, &mut problems)?;
        Ok(problems)
    }
}

impl Register {
    fn account(&self, role: Role) -> OpenAccount {
        OpenAccount {
            email: self.email.clone(),
            phone: self.phone.clone(),
            name: self.name.clone(),
            password: self.password.clone(),
            role,
            facilities: self.facilities.clone(),
        }
    }

    /// The person, or notes what is missing.
    fn person(&self, problems: &mut Vec<FieldError>) -> Option<PatientForm> {
        let mut require = |there: bool, field: &str| {
            if !there {
                problems.push(FieldError::new(field, "required"));
            }
        };
        require(self.birth_place.is_some(), "birth_place");
        require(self.birth_date.is_some(), "birth_date");
        require(self.sex.is_some(), "sex");
        Some(PatientForm {
            name: self.name.clone(),
            nik: self.nik.clone(),
            no_nik_reason: self.no_nik_reason.clone(),
            birth_place: self.birth_place.clone()?,
            birth_date: self.birth_date?,
            sex: self.sex?,
            email: Some(self.email.clone()),
            phone: self.phone.clone(),
            address: self.address.clone(),
            patient_type: self.patient_type.unwrap_or(PatientType::Umum),
            bpjs_number: self.bpjs_number.clone(),
            emergency_contact: self.emergency_contact.clone(),
        })
    }
}

/// The new account acting for itself.
fn as_account(cx: &Cx, account: &Account) -> Cx {
    let mut own = cx.clone();
    own.actor = Actor::Account { id: account.id.to_string().into(), session: "".into() };
    own.permissions = PermissionSet::of(&[Permission::ProfileOwn, Permission::DoctorOwn]);
    own.facilities = Some(Arc::new([]));
    own
}

/// Notes the fields of a refusal; other errors go on.
fn gather<T>(prefix: &str, result: Result<T>, problems: &mut Vec<FieldError>) -> Result<()> {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Invalid(found)) => {
            problems.extend(
                found.into_iter().map(|problem| FieldError { field: format!("{prefix}{}", problem.field), ..problem }),
            );
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Both forms look at name, e-mail and phone; each field is told of once.
fn told_once(found: Vec<FieldError>) -> Result<()> {
    let mut problems = Problems::default();
    let mut fields = std::collections::HashSet::new();
    found.into_iter().filter(|problem| fields.insert(problem.field.clone())).for_each(|problem| problems.add(problem));
    problems.done()
}
