//! A set that is looked at before anything older goes.

use platform::{Error, Result, crypto::MasterKey};

use super::{KEYS, Made, Plan, SealingKey, apart, blocking, file_of, make, prune, restore::verify_beside};
use crate::settings::Settings;

/// Makes a set and looks whether it could be restored; only then old ones go. One that could not be is put aside.
pub async fn make_sound(settings: &Settings, master: &MasterKey, plan: &Plan) -> Result<Made> {
    let all = Plan { keep: usize::MAX, ..plan.clone() };
    let made = make(settings, master, &all).await?;
    let beside = file_of(settings, KEYS).and_then(|file| Some(file.parent()?.to_owned()));
    let unsound = match verify_beside(master, &made.folder, &apart::folder(&plan.to), beside).await {
        Ok((_, findings)) => findings
            .into_iter()
            .find(|finding| finding.failed)
            .map(|finding| Error::conflict("backup-unsound").with("about", finding.about)),
        Err(error) => Some(error),
    };
    let (plan, key) = (plan.clone(), SealingKey::of(master));
    blocking(move || match unsound {
        Some(unsound) => {
            prune::put_aside(&plan.to, &made.folder)?;
            Err(unsound)
        }
        None => prune::forget_old(&plan.to, plan.keep, &made.folder, &key).map(|()| made),
    })
    .await
}
