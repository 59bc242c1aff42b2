//! Leaving for good (A6): what goes and what stays, the proof that it is oneself, and how far the forgetting has come.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use contracts::{
    Permission,
    auth::LogIn,
    people::{Erasure, ErasureAnswer, ErasureId},
    scheduling::{AppointmentSearch, When},
};
use platform::{Error, Result, db::PageAsk, http::Form};
use serde::Deserialize;

use super::{Site, family, login, security, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Erased, ErasedPart, Field, Here, Leave, Mend},
};

/// `GET /akun/hapus`
pub(super) async fn ask(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let page = page(&site, &visitor, &Leaving::default(), Vec::new()).await?;
    visitor.page(&page)
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Leaving {
    sure: String,
    password: String,
    code: String,
}

async fn page(site: &Site, visitor: &Visitor, given: &Leaving, mends: Vec<Mend>) -> Result<Leave> {
    let coming = AppointmentSearch {
        when: Some(When::Upcoming),
        mine: Some(true),
        page: PageAsk { limit: PageAsk::MOST, after: None },
        ..AppointmentSearch::default()
    };
    let error = |field: &str| mends.iter().find(|mend| mend.field == field).map(|mend| mend.text.clone());
    let mut shell = security::shell(visitor, "leave-title", ("/akun/data", "own-data"));
    shell.failing = !mends.is_empty();
    let factor = visitor.account.as_ref().is_some_and(|account| account.second_factor);
    // Staff who neither practise nor book have no visits that could be lost.
    let may_have = [Permission::AppointmentOwn, Permission::AppointmentPractice].iter().any(|own| visitor.cx.may(*own));
    let coming = if may_have { site.scheduling.appointments(&visitor.cx, coming).await?.items.len() } else { 0 };
    Ok(Leave {
        shell,
        coming,
        family: family::members(site, visitor).await?.into_iter().map(|card| card.name).collect(),
        sure: Field { value: given.sure.clone(), error: error("sure") },
        password: Field { value: String::new(), error: error("password") },
        code: factor.then(|| Field { value: String::new(), error: error("code") }),
        mends,
    })
}

/// `POST /akun/hapus`: unregisters, once it is sure who asks.
pub(super) async fn unregister(
    State(site): State<Site>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(given): Form<Leaving>,
) -> Result<Response> {
    visitor.cx.account()?;
    let mut mends = Vec::new();
    if given.password.is_empty() {
        mends.push(Mend { field: "password", text: visitor.say("leave-password-needed") });
    }
    if given.sure != "yes" {
        mends.push(Mend { field: "sure", text: visitor.say("leave-sure-needed") });
    }
    if mends.is_empty()
        && let Some(mend) = unproven(&site, &visitor, &headers, &given).await?
    {
        mends.push(mend);
    }
    if !mends.is_empty() {
        let page = page(&site, &visitor, &given, mends).await?;
        return visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let erasure = site.people.unregister(&visitor.cx).await?;
    let mut answer = visitor.go_and_say(&format!("/dihapus/{}", erasure.id), "flash-erased")?;
    login::forget_session(&site, &mut answer)?;
    Ok(answer)
}

/// What is wrong with the proof, if anything. The sign-in that proves it ends with all others when the account closes.
async fn unproven(site: &Site, visitor: &Visitor, headers: &HeaderMap, given: &Leaving) -> Result<Option<Mend>> {
    let Some(account) = &visitor.account else { return Err(Error::NotFound("account")) };
    let code = Some(given.code.trim().to_owned()).filter(|code| !code.is_empty());
    let ask = LogIn { login: account.email.clone(), password: given.password.clone(), code };
    match site.auth.log_in(&visitor.cx, ask, login::device(headers)).await {
        Ok(_) => Ok(None),
        Err(Error::Unauthenticated("wrong-credentials")) => {
            Ok(Some(Mend { field: "password", text: visitor.say("leave-password-wrong") }))
        }
        Err(Error::Unauthenticated(_) | Error::Invalid(_)) => {
            Ok(Some(Mend { field: "code", text: visitor.say("factor-wrong") }))
        }
        Err(error @ Error::RateLimited(_)) => Ok(Some(Mend { field: "password", text: visitor.words_of(&error) })),
        Err(other) => Err(other),
    }
}

/// `GET /dihapus/{id}`: for whoever holds the id; nobody is signed in any more.
pub(super) async fn progress(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let id: ErasureId = id.parse().map_err(|_| Error::NotFound("erasure"))?;
    let erasure = site.people.erasure(&visitor.cx, &id).await?;
    visitor.page(&Erased {
        shell: visitor.shell("erased-title", Area::Patient, Here::Nowhere),
        done: erasure.done_at.is_some(),
        asked: format::when(&shown::at(erasure.asked_at, shown::HOUSE_ZONE), visitor.speech.locale),
        parts: parts(&visitor, &erasure),
    })
}

fn parts(visitor: &Visitor, erasure: &Erasure) -> Vec<ErasedPart> {
    let name = |context: &str| {
        let key = format!("erased-{context}");
        visitor.speech.texts.say(visitor.speech.locale, &key, &[]).unwrap_or_else(|| context.to_owned())
    };
    let answered = |answer: &ErasureAnswer| ErasedPart {
        name: name(&answer.context),
        answered: true,
        erased: answer.erased,
        kept: answer.kept,
        until: answer.kept_until.map(|until| format::date(until, visitor.speech.locale)).unwrap_or_default(),
    };
    let waiting = |context: &String| ErasedPart {
        name: name(context),
        answered: false,
        erased: 0,
        kept: 0,
        until: String::new(),
    };
    erasure.answers.iter().map(answered).chain(erasure.waiting_for.iter().map(waiting)).collect()
}
