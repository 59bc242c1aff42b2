# mediverse demo --tls
demo-phone = On a phone in the same network, scan this. It opens { $page }, which tells how to trust this demonstration, once, and leads on.
demo-phone-none = This machine is in no private network that a phone could be in. On this machine, { $page } tells how to trust this demonstration.
demo-authority = Certificate of its authority: { $file }

# The page that tells how to trust it
trust-title = Trust this demonstration
trust-lead = It runs on a computer near you and has a certificate of its own making. Once this device trusts it, camera, installation and sign-in work as they would on the internet.
trust-get = Get the certificate
trust-get-line = A small file, made on that computer at its first start.
trust-get-button = Download the certificate
trust-set = Trust it on this device
trust-iphone = iPhone and iPad
trust-iphone-1 = Open this page in Safari, download the certificate and allow the profile.
trust-iphone-2 = Settings, General, VPN & Device Management: open “Mediverse demo” and install it.
trust-iphone-3 = Settings, General, About, Certificate Trust Settings: switch “Mediverse demo” on.
trust-android = Android
trust-android-1 = Download the certificate.
trust-android-2 = In Settings, search for “CA certificate” (Security, Encryption & credentials, Install a certificate).
trust-android-3 = Choose “Install anyway” and the file mediverse-demo.crt.
trust-computer = Computer
trust-computer-1 = Windows: open the file, Install Certificate, Current User, Trusted Root Certification Authorities.
trust-computer-2 = macOS: open the file in Keychain Access, then set it to Always Trust.
trust-computer-3 = Chrome on Linux, and Firefox everywhere: Settings, search for “certificates”, Authorities, Import.
trust-go = Go on
trust-go-line = If the browser still warns, close it once and open it again.
trust-go-button = Open Mediverse
trust-note = This certificate can vouch for addresses of private networks alone, never for sites of the internet. Take it out again when you are done with the demonstration.
