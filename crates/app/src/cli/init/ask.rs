//! Questions to whoever starts a house, and their answers: typed at a terminal, piped line by line, or given by flags.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use platform::{Error, Result};

use crate::cli::{say, words::Words};

/// Who asks.
pub(super) struct Asker<'w> {
    words: &'w Words,
    silent: bool,
}

impl<'w> Asker<'w> {
    /// Asks in these words, or, `silent`, not at all.
    pub(super) fn new(words: &'w Words, silent: bool) -> Self {
        Self { words, silent }
    }

    pub(super) fn words(&self) -> &'w Words {
        self.words
    }

    /// Whether somebody answers.
    pub(super) fn asks(&self) -> bool {
        !self.silent
    }

    /// Says a sentence.
    pub(super) fn tell(&self, key: &str, values: &[(&str, String)]) {
        say(self.words.say(key, values));
    }

    /// Says what could not be taken.
    pub(super) fn tell_error(&self, error: &Error) {
        say(self.words.error(error));
    }

    /// What a flag gave, else the answer to a question, else what is usual; as `check` makes it. Asks again where the
    /// answer cannot be taken; a flag that cannot fails.
    pub(super) fn text(
        &self,
        given: Option<&str>,
        question: &str,
        usual: &str,
        check: fn(&str) -> Result<String>,
    ) -> Result<String> {
        if let Some(given) = given {
            return check(given);
        }
        if self.silent {
            return check(usual);
        }
        for _ in 1..super::ATTEMPTS {
            let typed = self.line(question, usual)?;
            match check(if typed.is_empty() { usual } else { &typed }) {
                Ok(answer) => return Ok(answer),
                Err(error) => self.tell_error(&error),
            }
        }
        check(&self.line(question, usual)?)
    }

    /// As [`Asker::text`] where nothing is usual: fails naming the flag where nobody is asked.
    pub(super) fn needed(&self, given: Option<&str>, question: &str, flag: &str) -> Result<String> {
        match given {
            Some(given) => Ok(given.to_owned()),
            None if self.silent => Err(Error::conflict("init-needs").with("flag", flag)),
            None => self.line(question, ""),
        }
    }

    /// A password: given, or typed twice without being shown, or the next line of standard input.
    pub(super) fn secret(&self, given: Option<String>) -> Result<String> {
        if let Some(given) = given {
            return Ok(given);
        }
        if !std::io::stdin().is_terminal() {
            return read_line();
        }
        loop {
            let prompt = |key: &str| format!("{}: ", self.words.say(key, &[]));
            let first = rpassword::prompt_password(prompt("init-password")).map_err(Error::internal)?;
            let second = rpassword::prompt_password(prompt("init-password-again")).map_err(Error::internal)?;
            if first == second {
                return Ok(first);
            }
            self.tell("init-passwords-differ", &[]);
        }
    }

    fn line(&self, question: &str, usual: &str) -> Result<String> {
        let question = self.words.say(question, &[]);
        let mut out = std::io::stdout();
        let asked = if usual.is_empty() { write!(out, "{question}: ") } else { write!(out, "{question} [{usual}]: ") };
        // Whoever reads may have gone away; the answer still counts.
        let _ = asked.and_then(|()| out.flush());
        read_line()
    }
}

/// A line of standard input. Fails where there are no more.
fn read_line() -> Result<String> {
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line).map_err(Error::internal)? == 0 {
        return Err(Error::conflict("init-no-answer"));
    }
    Ok(line.trim().to_owned())
}
