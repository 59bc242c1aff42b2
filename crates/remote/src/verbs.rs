//! A contract's verbs, listed once, become a client and a service.
//!
//! `read` marks a verb that changes nothing; only those are asked again of their own accord. `again if …` says when a
//! verb that writes does so once however often it is asked. An argument the trait borrows is written `id & DoctorId`.

use std::borrow::Borrow;

/// An argument handed on by value.
pub(crate) fn own<T>(value: T) -> T {
    value
}

/// An argument lent.
pub(crate) fn lend<T: ToOwned + ?Sized>(value: &T::Owned) -> &T {
    value.borrow()
}

/// Declares the client `$client` and the function `$serve` that makes the service of a contract.
macro_rules! remote {
    (
        $contract:ident as $name:literal, $client:ident, $serve:ident {
            $( $kind:ident $method:ident ( $($arg:ident $(& $lent:ty)? $(: $own:ty)?),* $(,)? ) -> $answer:ty $(, again if $sure:expr)?; )+
        }
        $( for nobody {
            $( $nkind:ident $nmethod:ident ( $($narg:ident $(& $nlent:ty)? $(: $nown:ty)?),* ) -> $nanswer:ty; )+
        } )?
        $( beside { $($beside:item)+ } )?
        $( streams { $smethod:literal => $stream:ident } )?
    ) => {
        #[async_trait::async_trait]
        impl $contract for $client {
            $( async fn $method(&self, cx: &platform::Cx, $($arg: $($own)? $(& $lent)?),*) -> platform::Result<$answer> {
                #[derive(serde::Serialize)]
                struct Ask { $($arg: $($own)? $(<$lent as ToOwned>::Owned)?),* }
                let call = $crate::caller::Call::$kind(stringify!($method)) $(.again_if($sure))?;
                let ask = Ask { $($arg: $($crate::verbs::own::<$own>($arg))? $(<$lent as ToOwned>::to_owned($arg))?),* };
                self.caller.ask(call, Some(cx), &ask).await
            } )+
            $($( async fn $nmethod(&self, $($narg: $($nown)? $(& $nlent)?),*) -> platform::Result<$nanswer> {
                #[derive(serde::Serialize)]
                struct Ask { $($narg: $($nown)? $(<$nlent as ToOwned>::Owned)?),* }
                let call = $crate::caller::Call::$nkind(stringify!($nmethod));
                let ask = Ask { $($narg: $($crate::verbs::own::<$nown>($narg))? $(<$nlent as ToOwned>::to_owned($narg))?),* };
                self.caller.ask(call, None, &ask).await
            } )+)?
            $($($beside)+)?
        }

        #[doc = concat!("The service `", $name, "`: answers others with these verbs.")]
        pub fn $serve(verbs: std::sync::Arc<dyn $contract>) -> $crate::Service {
            struct Verbs(std::sync::Arc<dyn $contract>);

            #[async_trait::async_trait]
            impl $crate::service::Serves for Verbs {
                #[allow(clippy::too_many_lines)]
                async fn serve(&self, method: &str, cx: &platform::Cx, ask: &str) -> platform::Result<$crate::service::Answer> {
                    match method {
                        $( stringify!($method) => {
                            #[derive(serde::Deserialize)]
                            struct Ask { $($arg: $($own)? $(<$lent as ToOwned>::Owned)?),* }
                            #[allow(unused_variables)]
                            let told: Ask = $crate::carried::arguments(ask)?;
                            let answer = self.0.$method(cx, $($($crate::verbs::own::<$own>(told.$arg))? $($crate::verbs::lend::<$lent>(&told.$arg))?),*).await?;
                            $crate::verbs::whole(&answer)
                        } )+
                        $($( stringify!($nmethod) => {
                            #[derive(serde::Deserialize)]
                            struct Ask { $($narg: $($nown)? $(<$nlent as ToOwned>::Owned)?),* }
                            #[allow(unused_variables)]
                            let told: Ask = $crate::carried::arguments(ask)?;
                            let answer = self.0.$nmethod($($($crate::verbs::own::<$nown>(told.$narg))? $($crate::verbs::lend::<$nlent>(&told.$narg))?),*).await?;
                            $crate::verbs::whole(&answer)
                        } )+)?
                        $( $smethod => Ok($crate::service::Answer::Stream($stream(&*self.0))), )?
                        _ => Err($crate::service::unknown($name, method)),
                    }
                }
            }

            $crate::Service { name: $name, verbs: std::sync::Arc::new(Verbs(verbs)) }
        }
    };
}
pub(crate) use remote;

/// An answer in JSON.
pub(crate) fn whole<T: serde::Serialize>(answer: &T) -> platform::Result<crate::service::Answer> {
    serde_json::to_vec(answer).map(crate::service::Answer::Whole).map_err(platform::Error::internal)
}
