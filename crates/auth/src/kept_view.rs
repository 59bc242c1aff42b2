//! Views of lists that somebody keeps under a name, to find them again on any device (C9). They lie with the account, as
//! its language does: whoever's list it is, the habit is the person's, and it goes when the account closes.

use contracts::auth::KeptView;
use platform::{Actor, Cx, Error, Result, error::Problems};

use crate::AuthContext;

/// So many for one list.
const MOST: i64 = 20;
/// Characters of a name.
const NAME: usize = 40;
/// Characters of a query.
const QUERY: usize = 300;

const OF_PLACE: &str =
    "select name, query from kept_view where account = $1 and place = $2 order by kept_at, name limit $3";
const OTHERS: &str = "select count(*) from kept_view where account = $1 and place = $2 and name <> $3";
const KEEP: &str = "
    insert into kept_view (account, place, name, query, kept_at) values ($1, $2, $3, $4, $5)
    on conflict (account, place, name) do update set query = excluded.query";
const DROP: &str = "delete from kept_view where account = $1 and place = $2 and name = $3";

impl AuthContext {
    /// One's own, the oldest first.
    pub(crate) async fn own_views(&self, cx: &Cx, place: &str) -> Result<Vec<KeptView>> {
        let (account, place) = (whose(cx)?, place.to_owned());
        let found: Vec<(String, String)> =
            self.db.read(async move |tx| tx.all(OF_PLACE, &[&account, &place, &MOST]).await).await?;
        Ok(found.into_iter().map(|(name, query)| KeptView { name, query }).collect())
    }

    /// Keeps one; the one of that name is replaced.
    pub(crate) async fn keep_own_view(&self, cx: &Cx, place: &str, view: KeptView) -> Result<()> {
        let account = whose(cx)?;
        let mut problems = Problems::default();
        let place = problems.text("place", place, NAME);
        let name = problems.text("name", &view.name, NAME);
        let query = problems.optional_text("query", Some(&view.query), QUERY).unwrap_or_default();
        problems.done()?;
        let at = cx.now();
        self.db
            .write(async move |tx| {
                let others = tx.one::<(i64,)>(OTHERS, &[&account, &place, &name]).await?;
                if others.is_some_and(|(others,)| others >= MOST) {
                    return Err(Error::conflict("kept-views-full").with("max", MOST));
                }
                tx.exec(KEEP, &[&account, &place, &name, &query, &at]).await.map(drop)
            })
            .await
    }

    /// Forgets one; one that is not there is forgotten already.
    pub(crate) async fn drop_own_view(&self, cx: &Cx, place: &str, name: &str) -> Result<()> {
        let (account, place, name) = (whose(cx)?, place.to_owned(), name.trim().to_owned());
        self.db.write(async move |tx| tx.exec(DROP, &[&account, &place, &name]).await.map(drop)).await
    }
}

/// Whoever is signed in; nobody keeps views for others.
fn whose(cx: &Cx) -> Result<String> {
    match &cx.actor {
        Actor::Account { id, .. } => Ok(id.to_string()),
        Actor::System(_) | Actor::Guest => Err(Error::Unauthenticated("sign-in-needed")),
    }
}
