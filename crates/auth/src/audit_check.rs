//! Checking the audit trail (A8), a bounded stretch at a time. A check ends in a head that the house signs: where it
//! ended and the last link there. The next one goes on from it, and whoever keeps it can show what was checked.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use contracts::{Permission, auth::AuditVerdict};
use platform::{Cx, Error, Result};
use sha2::{Digest, Sha256};

use crate::{
    AuthContext,
    audit::{BATCH, Line, ORIGIN, line_columns},
    vault::Vault,
};

/// Lines checked in one call: about a second's work.
const MOST: i64 = 20_000;

const SEALED: &str = concat!("select ", line_columns!(), " from audit_line where seq > $1 order by seq limit $2");
const LAST: &str = "select seq, hash, mark from audit_head where one = 1";

/// The end of the chain as it is marked in the database.
type Marked = (i64, Vec<u8>, Vec<u8>);

/// How far a check came: a line's number and its link.
struct Head {
    seq: i64,
    link: Vec<u8>,
}

impl Head {
    fn origin() -> Self {
        Self { seq: 0, link: Sha256::digest(ORIGIN).to_vec() }
    }

    /// Number, link and signature, as text.
    fn signed(&self, vault: &Vault) -> String {
        let bytes = [&self.seq.to_be_bytes()[..], &self.link, &vault.check_mark(self.seq, &self.link)].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The head of that text; none where it was not signed here.
    fn read(vault: &Vault, text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        let (seq, rest) = bytes.split_first_chunk::<8>()?;
        let (link, mark) = rest.split_first_chunk::<32>()?;
        let head = Self { seq: i64::from_be_bytes(*seq), link: link.to_vec() };
        vault.is_check_mark(head.seq, &head.link, mark).then_some(head)
    }

    /// Goes on to the next line where it follows: its number, its link to this one, its own seal.
    fn step(&mut self, line: &Line) -> bool {
        let seq = self.seq + 1;
        let seal = line.seal(&self.link, seq).to_vec();
        let follows =
            line.seq == Some(seq) && line.prev.as_ref() == Some(&self.link) && line.hash.as_ref() == Some(&seal);
        if follows {
            *self = Self { seq, link: seal };
        }
        follows
    }
}

impl AuthContext {
    /// Checks the next stretch: numbers without gaps, every seal over the line before it, and where the end is reached the
    /// mark on the last line.
    pub(crate) async fn check_trail(&self, cx: &Cx, after: Option<String>) -> Result<AuditVerdict> {
        cx.require(Permission::AuditRead)?;
        let mut head = match after {
            None => Head::origin(),
            Some(text) => Head::read(&self.vault, &text).ok_or_else(|| Error::invalid("after", "audit-head"))?,
        };
        // The mark is read first: lines sealed in the meantime lie beyond it.
        let marked: Option<Marked> = self.db.read(async |tx| tx.one(LAST, &[]).await).await?;
        let (from, sealed) = (head.seq, marked.as_ref().map_or(0, |(seq, ..)| *seq));
        let mut ended = !self.fits(&head, marked.as_ref());
        let mut broken = ended;
        while !ended && head.seq < sealed && head.seq - from < MOST {
            let last = head.seq;
            let lines: Vec<Line> = self.db.read(async move |tx| tx.all(SEALED, &[&last, &BATCH]).await).await?;
            for line in lines.iter().take(usize::try_from(sealed - last).unwrap_or(usize::MAX)) {
                broken = !(head.step(line) && self.fits(&head, marked.as_ref()));
                if broken {
                    break;
                }
            }
            // Lines that the mark knows of and that are not there were cut off.
            broken |= head.seq == last;
            ended = broken;
        }
        if !broken && marked.is_none() {
            broken = self.has_sealed_lines().await?;
        }
        Ok(AuditVerdict {
            sealed,
            checked: head.seq,
            broken_at: broken.then_some(head.seq + 1),
            complete: !broken && head.seq == sealed,
            head: head.signed(&self.vault),
        })
    }

    /// Whether the mark of the end, where the head is at it, is on this very link and was made here.
    fn fits(&self, head: &Head, marked: Option<&Marked>) -> bool {
        match marked {
            Some((seq, hash, mark)) if *seq == head.seq => {
                *hash == head.link && self.vault.is_head_mark(*seq, hash, mark)
            }
            Some((seq, ..)) => head.seq < *seq,
            None => head.seq == 0,
        }
    }

    /// Whether there are sealed lines, though no mark says so.
    async fn has_sealed_lines(&self) -> Result<bool> {
        let first = self.db.read(async |tx| tx.one::<Line>(SEALED, &[&0_i64, &1_i64]).await).await?;
        Ok(first.is_some())
    }
}
