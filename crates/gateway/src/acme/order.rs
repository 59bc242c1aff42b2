//! One order: an account, a proof for each name, a key, a certificate.

use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Error as AcmeError, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, Problem, RetryPolicy,
};
use platform::{Error, Result};

use super::{
    Plan,
    channel::Channel,
    folder::{Folder, Lock},
};

/// How long the authority may take to look at the answers, and then to sign: asked again and again, more and more rarely.
const PATIENCE: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(200)).backoff(1.5).timeout(Duration::from_secs(90));

/// What an authority says of an account that it does not know (any more).
const NO_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

/// Orders a certificate. Answers with its key and chain in PEM; fails saying what the authority found wrong.
pub(crate) async fn order(plan: &Plan, folder: &Folder, lock: &Lock, channel: &Channel) -> Result<String> {
    let account = account(plan, folder, lock, channel).await?;
    let names: Vec<Identifier> = plan.names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = match account.new_order(&NewOrder::new(&names)).await {
        Ok(order) => order,
        Err(AcmeError::Api(problem)) if problem.r#type.as_deref() == Some(NO_ACCOUNT) => {
            folder.forget_account(lock).await?;
            return Err(Error::internal("the authority does not know the account; the next order makes a new one"));
        }
        Err(error) => return Err(failed("the order", error)),
    };
    show_answers(&mut order, folder, lock).await?;
    if order.poll_ready(&PATIENCE).await.map_err(|e| failed("the proofs", e))? != OrderStatus::Ready {
        return Err(refusal(&mut order).await);
    }
    let key = order.finalize().await.map_err(|e| failed("the request to sign", e))?;
    let chain = order.poll_certificate(&PATIENCE).await.map_err(|e| failed("the certificate", e))?;
    Ok(format!("{}\n{}", key.trim_end(), chain))
}

/// The account that is kept, or a new one where none is, or where it is another authority's.
async fn account(plan: &Plan, folder: &Folder, lock: &Lock, channel: &Channel) -> Result<Account> {
    let builder = Account::builder_with_http(Box::new(channel.clone()));
    if let Some(kept) = folder.account().await?.and_then(|bytes| of_authority(&bytes, &plan.directory)) {
        return builder.from_credentials(kept).await.map_err(|e| failed("the account", e));
    }
    let contact: Vec<&str> = plan.contact.iter().map(String::as_str).collect();
    let wanted = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let created = builder.create(&wanted, plan.directory.clone(), None).await;
    let (account, credentials) = created.map_err(|e| failed("the account", e))?;
    let kept = serde_json::to_vec(&credentials).map_err(Error::internal)?;
    folder.keep_account(lock, kept).await?;
    Ok(account)
}

/// The kept account, if it can be read and is this authority's.
fn of_authority(bytes: &[u8], directory: &str) -> Option<AccountCredentials> {
    let read: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let same = read.get("directory").and_then(serde_json::Value::as_str) == Some(directory);
    same.then(|| serde_json::from_value(read).ok()).flatten()
}

/// Shows an answer for each name that is not proven yet, and tells the authority to look.
async fn show_answers(order: &mut Order, folder: &Folder, lock: &Lock) -> Result<()> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(|e| failed("a name", e))?;
        match authorization.status {
            AuthorizationStatus::Valid => continue,
            AuthorizationStatus::Pending => {}
            other => return Err(Error::internal(format_args!("a name cannot be proven: it is {other:?}"))),
        }
        let Some(mut challenge) = authorization.challenge(ChallengeType::Http01) else {
            return Err(Error::internal("the authority does not take http-01 as a proof"));
        };
        let proof = challenge.key_authorization();
        folder.show(lock, &challenge.token, proof.as_str()).await?;
        challenge.set_ready().await.map_err(|e| failed("a proof", e))?;
    }
    Ok(())
}

/// Why an order was refused: what the authority found when it looked.
async fn refusal(order: &mut Order) -> Error {
    let mut found = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        found.extend(state.challenges.iter().filter_map(|challenge| challenge.error.as_ref()).map(Problem::to_string));
    }
    Error::internal(format_args!("the authority refuses the proofs: {}", found.join("; ")))
}

fn failed(what: &str, error: AcmeError) -> Error {
    Error::internal(format_args!("{what}: {error}"))
}
