# Teks bagian orang: perbaikan isian, halangan, peringatan lunak, persetujuan.

error-nik-digits = NIK terdiri dari 16 angka.
error-nik-date = Periksa angka ke-7 sampai ke-12 NIK: itu tanggal lahir (untuk perempuan tanggalnya ditambah 40).
error-nik-serial = NIK tidak mungkin berakhir dengan 0000.
error-nik-or-reason = Isi NIK, atau pilih alasan belum ada.
error-bpjs-digits = Nomor BPJS terdiri dari 13 angka, termasuk angka nol di depan.
error-bpjs-needed = Isi nomor BPJS, atau pilih pasien umum.
error-name-letters = Tulis nama dengan huruf.
error-birth-date-too-early = Pilih tanggal mulai tahun 1900.
error-region-code = Tulis kode wilayah, misalnya 73.71.01.
error-postal-code = Kode pos terdiri dari 5 angka.
error-consent-needed = Nyatakan bahwa Anda boleh bertindak untuk orang ini.
error-relation-self = Pilih hubungan orang ini dengan Anda; profil Anda sendiri disimpan terpisah.
error-search-in-body = Kirim nomor dan alamat surel di dalam isi permintaan: POST /api/v1/patients/search.

problem-profile-exists = Anda sudah memiliki profil
    .detail = Buka profil Anda untuk mengubahnya.
problem-too-many-members = Daftar keluarga sudah penuh
    .detail = Anda dapat bertindak untuk paling banyak { $max } orang. Hapus seseorang lebih dahulu.

warning-nik-region = NIK dimulai dengan wilayah yang tidak ada dalam daftar sekarang. Periksa kembali.
warning-nik-birth-date = NIK tidak sesuai dengan tanggal lahir. Periksa keduanya.
warning-nik-sex = NIK tidak sesuai dengan jenis kelamin. Periksa keduanya.
warning-duplicate = Pasien lain memiliki NIK yang sama. Pastikan siapa orang ini sebelum kunjungan.

people-consent-family-1 = Saya berhak bertindak untuk orang ini: menyimpan datanya di sini, membuat, memindahkan, dan membatalkan kunjungannya, serta menerima kabar tentangnya. Saya dapat mengakhirinya kapan saja.
people-relation-self = Saya sendiri
people-relation-child = Anak
people-relation-parent = Orang tua
people-relation-spouse = Suami atau istri
people-relation-sibling = Saudara
people-relation-other = Orang dalam asuhan saya
people-type-umum = Umum
people-type-bpjs = BPJS
people-sex-female = Perempuan
people-sex-male = Laki-laki
people-no-nik-newborn = Bayi baru lahir
people-no-nik-foreigner = Warga negara asing
people-no-nik-later = Akan diisi nanti
