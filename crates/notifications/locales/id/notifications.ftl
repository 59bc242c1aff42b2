# Yang diberitahukan: siapa, di mana dan kapan; tidak pernah keluhan atau diagnosis.

ntf-for = Untuk: { $patient }.

ntf-requested =
    .title = Permintaan janji temu diterima
    .body = Permintaan janji temu Anda dengan { $doctor } di { $facility } pada { $when } menunggu persetujuan dokter.
    .desk = Permintaan janji temu Anda di { $facility } pada { $when } menunggu persetujuan.
ntf-booked =
    .title = Janji temu terkonfirmasi
    .body = Janji temu Anda dengan { $doctor } di { $facility } pada { $when } telah dikonfirmasi.
    .desk = Janji temu Anda di { $facility } pada { $when } telah dikonfirmasi.
ntf-accepted =
    .title = Janji temu disetujui
    .body = { $doctor } menyetujui janji temu Anda di { $facility } pada { $when }.
    .desk = Janji temu Anda di { $facility } pada { $when } telah disetujui.
ntf-rejected =
    .title = Janji temu tidak disetujui
    .body = { $doctor } tidak dapat menerima janji temu Anda di { $facility } pada { $when }. Silakan pilih waktu atau dokter lain.
    .desk = Janji temu Anda di { $facility } pada { $when } tidak dapat diterima. Silakan pilih waktu lain.
ntf-moved =
    .title = Janji temu dipindahkan
    .body = Janji temu Anda dengan { $doctor } di { $facility } dipindahkan dari { $was } ke { $when }.
    .desk = Janji temu Anda di { $facility } dipindahkan dari { $was } ke { $when }.
ntf-cancelled =
    .title = Janji temu dibatalkan
    .body = Janji temu Anda dengan { $doctor } di { $facility } pada { $when } dibatalkan.
    .desk = Janji temu Anda di { $facility } pada { $when } dibatalkan.
ntf-reminder =
    .title = Pengingat janji temu
    .body = Jangan lupa: janji temu Anda dengan { $doctor } di { $facility } pada { $when }.
    .desk = Jangan lupa: janji temu Anda di { $facility } pada { $when }.

ntf-proposed =
    .title = Dokter berhalangan: pilih waktu lain
    .body = { $doctor } berhalangan pada { $when } di { $facility }. Beberapa waktu pengganti disimpan untuk Anda sampai { $until }: pilih satu, cari waktu lain, atau batalkan tanpa biaya.
    .desk = Janji temu Anda di { $facility } pada { $when } tidak dapat dilayani. Beberapa waktu pengganti disimpan untuk Anda sampai { $until }: pilih satu, cari waktu lain, atau batalkan tanpa biaya.

ntf-doctor-requested =
    .title = Permintaan janji temu baru
    .body = Seorang pasien meminta waktu { $when } di { $facility }. Setujui atau tolak.
ntf-doctor-booked =
    .title = Janji temu baru
    .body = Seorang pasien memesan { $when } di { $facility }.
ntf-doctor-moved =
    .title = Janji temu dipindahkan
    .body = Sebuah janji temu di { $facility } dipindahkan dari { $was } ke { $when }.
ntf-doctor-cancelled =
    .title = Janji temu dibatalkan
    .body = Janji temu pada { $when } di { $facility } dibatalkan. Waktu itu kosong lagi.

mail-greeting = Halo { $name },
mail-open = Lihat janji temu
mail-open-proposal = Pilih waktu
mail-end = Berhenti menerima pengingat lewat e-mail
mail-footer = Anda menerima e-mail ini karena ada janji temu atas akun Anda. Atur pemberitahuan di Akun › Notifikasi.

calendar-name = Janji temu saya – Mediverse
calendar-visit = Konsultasi – { $facility }
calendar-online = Daring

error-reminder-minutes = Pilih 15 menit sampai 14 hari sebelum janji temu.
error-kind-twice = Sebutkan setiap jenis satu kali saja.
error-quiet-hours = Jam tenang harus punya awal dan akhir yang berbeda.

error-not-found-unsubscribe-link = Tautan ini tidak berlaku lagi. Atur e-mail di Akun › Notifikasi.
error-calendar-address = Tulis alamat kalender lengkap: https://, http:// atau webcal://.
error-calendar-internal = Alamat ini ada di jaringan dalam dan tidak dibaca. Gunakan alamat yang dapat dibuka dari mana saja.
error-calendar-away = Kalender itu tidak menjawab. Kami coba lagi setiap setengah jam.
error-calendar-refused = Di alamat itu tidak ada kalender yang boleh dibaca. Periksa alamat rahasianya.
error-calendar-too-large = Kalender itu terlalu besar: paling besar 2 MB.
error-calendar-unreadable = Isi di alamat itu bukan kalender (iCalendar).
error-calendar-partly = Sebagian acaranya berulang dengan cara yang tidak kami pahami atau terlalu banyak: waktu itu tidak dikosongkan. Tandai di jadwal Anda di sini.
error-calendar-lost = Alamatnya tidak dapat dibuka lagi. Hapus kalender itu lalu tambahkan kembali.

problem-too-many-calendars = Sudah ada { $max } kalender
    .detail = Hapus satu kalender, lalu tambahkan yang baru.
