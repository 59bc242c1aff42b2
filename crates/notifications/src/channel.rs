//! Channels beside the inbox: what is sent, who carries it, and how that ends. E-mail is one; others come behind the
//! same trait.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use async_trait::async_trait;
use contracts::{
    auth::AccountId,
    notifications::{Channel, DeliveryId},
};
use platform::{Cx, i18n::Locale};

/// A message for one person, ready to be sent. It names no complaint or diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The sending it belongs to: sent again, it is known as the same by this.
    pub delivery: DeliveryId,
    /// Whose it is.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their language.
    pub locale: Locale,
    /// A few words.
    pub subject: String,
    /// The whole message in plain text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// The appointment for a calendar.
    pub invitation: Option<Invitation>,
    /// The address that ends letters of this kind by one click (RFC 8058), of those that may be ended.
    pub unsubscribe: Option<String>,
}

/// A calendar's part of a message (RFC 6047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// `REQUEST` or `CANCEL`, as the text says too.
    pub method: &'static str,
    /// The text of the calendar.
    pub text: String,
}

/// Who sends, and to whom calendars answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub address: String,
}

/// The provider took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What it answered.
    pub answer: String,
}

/// It was not taken; with what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Another try may help.
    Later(String),
    /// No other try will.
    Never(String),
}

/// Carries messages by one channel.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// By which channel.
    fn channel(&self) -> Channel;
    /// Who sends.
    fn sender(&self) -> Sender;
    /// Hands a message to the provider.
    async fn send(&self, cx: &Cx, message: &Message) -> Result<Receipt, Refusal>;
}

/// Who carries by which channel. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Carriers(Arc<RwLock<BTreeMap<Channel, Arc<dyn Carrier>>>>);

impl Carriers {
    /// From now on this one carries by its channel.
    pub(crate) fn put(&self, carrier: Arc<dyn Carrier>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(carrier.channel(), carrier);
    }

    /// Who carries by that channel.
    pub(crate) fn of(&self, channel: Channel) -> Option<Arc<dyn Carrier>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&channel).cloned()
    }

    /// The channels somebody carries by.
    pub(crate) fn channels(&self) -> Vec<Channel> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }
}
