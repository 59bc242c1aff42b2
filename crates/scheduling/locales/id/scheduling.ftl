# Conflicts
problem-slot-taken = Jam ini baru saja diambil
    .detail = Pilih salah satu jam terdekat di bawah ini.
problem-not-bookable = Jam ini tidak dapat dipesan
    .detail = { $rule ->
        [holiday] Hari libur: { $name }.
        [leave] Tidak ada praktik pada waktu ini.
        [closure] Faskes tutup pada waktu ini.
        [licence] Dokter tidak berpraktik pada tanggal ini.
        [notice] Pemesanan harus paling lambat { $minutes } menit sebelumnya.
        [horizon] Pemesanan dibuka paling jauh { $days } hari ke depan.
        [cut-off] Pemesanan untuk hari ini ditutup pukul { $time }.
        [day-full] Kuota hari ini ({ $cap }) sudah penuh.
        [past] Jam ini sudah lewat.
        [wrong-mode] Jam ini tidak melayani cara konsultasi yang dipilih.
       *[other] Jam ini di luar jadwal praktik.
    }
problem-hold-expired = Waktu penyimpanan jam sudah habis
    .detail = Pilih jam lagi; isian Anda tetap ada.
problem-patient-overlap = Pasien sudah punya janji pada waktu ini
    .detail = Pilih jam lain, atau pindahkan janji yang sudah ada.
problem-day-limit = Sudah ada konsultasi pada hari itu
    .detail = Paling banyak { $limit } konsultasi sehari untuk satu pasien. Pilih hari lain, atau pindahkan janji yang sudah ada.
problem-too-many-upcoming = Terlalu banyak janji yang akan datang
    .detail = Paling banyak { $limit } janji sekaligus. Batalkan salah satu lebih dulu.
problem-key-reused = Kunci permintaan sudah dipakai
    .detail = Kunci Idempotency-Key ini sudah dipakai untuk isi yang lain. Gunakan kunci baru.
problem-not-in-this-state = Tidak bisa dilakukan pada status ini
    .detail = Status janji sudah berubah. Muat ulang halaman untuk melihat yang terbaru.
problem-request-lapsed = Permintaan sudah kedaluwarsa
    .detail = Batas waktu untuk menjawab sudah lewat. Minta pasien memesan lagi.
problem-cancel-too-late = Sudah terlambat untuk membatalkan
    .detail = Hubungi faskes bila Anda tidak dapat datang.
problem-move-too-late = Sudah terlambat untuk memindahkan
    .detail = Hubungi faskes bila Anda perlu jam lain.
problem-moved-too-often = Janji ini sudah terlalu sering dipindahkan
    .detail = Paling banyak { $max } kali. Hubungi faskes untuk mengubahnya.
problem-no-show-too-early = Belum bisa ditandai tidak hadir
    .detail = Tunggu sampai masa tenggang setelah jam mulai berakhir.
problem-too-early = Belum waktunya
    .detail = Ini baru bisa dilakukan pada hari kunjungan.
problem-service-has-desk = Layanan sudah punya jadwal
    .detail = Satu layanan hanya dapat berada pada satu meja layanan.
problem-leave-open = Sudah ada cuti pada waktu ini
    .detail = Putuskan atau batalkan cuti itu dulu.
problem-leave-decided = Sudah diputuskan
    .detail = Muat ulang halaman untuk melihat hasil tiap janji.
problem-absence-from-outside = Waktu ini berasal dari kalender lain milik dokter
    .detail = Ubah di kalender itu; jadwal ini menyesuaikan sendiri.
problem-absence-of-leave = Waktu ini bagian dari cuti
    .detail = Buka cutinya dan batalkan di sana, atau putuskan janji-janjinya dulu.
problem-proposal-over = Jamnya tidak lagi disimpan
    .detail = Waktunya habis atau sudah dijawab. Pilih jam lain untuk janji ini.

# Fields
error-complaint-too-short = Isi keluhan Anda, paling sedikit 3 huruf.
error-one-target = Pilih tepat satu: jadwal, dokter, atau faskes.
error-end-after-start = Akhir harus setelah awal.
error-too-long-absence = Paling lama dua tahun.
error-too-long-session = Paling lama 24 jam.
error-hours-need-schedule = Jam tambahan atau pengganti harus untuk jadwal atau dokter.
error-doctor-or-services = Pilih dokter, atau layanan meja; tidak keduanya.
error-unknown = Tidak dikenal.
error-unknown-zone = Zona waktu tidak dikenal. Contoh: Asia/Makassar.
error-full-minutes = Jam harus tepat pada menit, tanpa detik.
error-one-capacity = Sesi yang bertumpang tindih harus berkapasitas sama.
error-bad-time = Waktu harus antara tahun 1900 dan 2200.
error-over-already = Waktu ini sudah lewat.
error-leave-too-long = Terlalu banyak janji pada waktu ini. Masukkan cuti per bagian.
error-every-visit = Putuskan semua janji.
