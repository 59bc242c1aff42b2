//! The people behind the desk: the super admin made on the command line, and the front-desk account that books on
//! behalf of patients.

use std::net::SocketAddr;

use anyhow::Result;
use serde_json::json;

use crate::client::Client;
use crate::server::Site;

/// Who administers the whole network.
pub(crate) const SUPER_ADMIN: &str = "kepala@bench.example";
const FRONT_DESK: &str = "loket@bench.example";
/// The password of both.
pub(crate) const PASSWORD: &str = "Tujuh-Gajah-Menari-9";

/// Makes the super admin of an empty site, which must not be running.
pub async fn create_super_admin(site: &Site, clock: &str) -> Result<()> {
    site.run_with(&["admin", "create-super-admin", "--email", SUPER_ADMIN, "--clock", clock], PASSWORD).await?;
    Ok(())
}

/// The super admin, signed in.
pub async fn super_admin(address: SocketAddr) -> Result<Client> {
    Client::log_in(address, SUPER_ADMIN, PASSWORD).await
}

/// Opens the front-desk account for these facilities.
pub async fn open_front_desk(head: &mut Client, facilities: &[String]) -> Result<()> {
    let account = json!({
        "email": FRONT_DESK, "phone": null, "name": "Loket", "password": PASSWORD, "role": "admin", "facilities": facilities,
    });
    head.post("/api/v1/users", &account).await?;
    Ok(())
}

/// The front desk, signed in.
pub async fn front_desk(address: SocketAddr) -> Result<Client> {
    Client::log_in(address, FRONT_DESK, PASSWORD).await
}
