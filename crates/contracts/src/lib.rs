//! What the contexts promise each other: for each a trait of verbs, their requests and answers, and its events.
//! No behaviour lives here. A caller holds `Arc<dyn …>` and cannot tell whether the context runs in its process.

pub mod audit;
pub mod auth;
pub mod directory;
pub mod notifications;
pub mod people;
pub mod permission;
pub mod scheduling;
pub mod system;

pub use permission::Permission;

/// Declares an event: its kind on the wire, its class, the context that says it, and the subject it is about. Kinds
/// declared so are numbered each for itself.
#[macro_export]
macro_rules! event {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $class:ident, $source:literal, $subject:ident $fields:tt) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name $fields

        impl platform::bus::Event for $name {
            const KIND: &'static str = $kind;
            const CLASS: platform::bus::Class = platform::bus::Class::$class;
            const SOURCE: &'static str = $source;
            fn subject(&self) -> String {
                format!(concat!($kind, ":{}"), self.$subject)
            }
        }
    };
}
