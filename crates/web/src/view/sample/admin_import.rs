//! Tables that come in and go out.

use super::{LONG, Maker, Sample};
use crate::view::{
    AdminImport, AdminImportPreview, Field, Here, ImportBad, ImportCounts, ImportFault, ImportGood, ImportKind, Mend,
};

impl Maker<'_> {
    pub(super) fn admin_import(&self) -> AdminImport {
        let kind = |word, label, line| ImportKind { word, label, line, chosen: word == "network" };
        let failing = self.is(Sample::Failing);
        let needed = self.say("import-file-needed");
        let kinds = [
            kind("network", "import-network", "import-network-line"),
            kind("facilities", "import-facilities", "import-facilities-line"),
            kind("services", "import-services", "import-services-line"),
            kind("doctors", "import-doctors", "import-doctors-line"),
        ];
        let tables =
            [("facilities", "import-facilities"), ("services", "import-services"), ("doctors", "import-doctors")];
        AdminImport {
            shell: self.admin_shell("import-title", "/admin/import", Here::More),
            kinds: kinds.into_iter().skip(if self.is(Sample::Empty) { 3 } else { 0 }).collect(),
            file: if failing { Field::refused("", needed.clone()) } else { Field::default() },
            mends: if failing { vec![Mend { field: "file", text: needed }] } else { Vec::new() },
            faults: if self.is(Sample::Long) {
                let reason = self.either("Kolom ini tidak dikenal.", "This column is not known.");
                vec![ImportFault { column: "nama_faskes_yang_panjang_sekali".to_owned(), reason }]
            } else {
                Vec::new()
            },
            result: self.is(Sample::Full).then_some(ImportCounts { added: 1_204, changed: 3, same: 17, refused: 2 }),
            bad: if self.is(Sample::Full) { self.import_bad() } else { Vec::new() },
            tables: tables.into_iter().take(if self.is(Sample::Empty) { 0 } else { 3 }).collect(),
            facilities: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                Self::choices(&[("1", "Klinik Losari Medika"), ("2", "RS Bahteramas Kendari")], "")
            },
            largest: "512 KB".to_owned(),
            rows: "2.000".to_owned(),
        }
    }

    fn import_bad(&self) -> Vec<ImportBad> {
        let bad = |line, column: &str, cell: &str, id: &str, en: &str| ImportBad {
            line,
            column: column.to_owned(),
            cell: if self.is(Sample::Long) { LONG.chars().take(60).collect() } else { cell.to_owned() },
            reason: self.either(id, en),
        };
        vec![
            bad(
                8,
                "price",
                "mahal",
                "Tulis jumlah dalam rupiah bulat, misalnya 150000.",
                "Write the amount in whole rupiah, such as 150000.",
            ),
            bad(12, "", "", "Baris ini berisi 7 sel, kepalanya 17.", "This line has 7 cells, the header has 17."),
        ]
    }

    pub(super) fn admin_import_preview(&self) -> AdminImportPreview {
        let good = |line, kind, name: &str, fate, class| ImportGood {
            line,
            kind,
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            fate,
            class,
        };
        let (empty, refuses) = (self.is(Sample::Empty), !self.is(Sample::Normal));
        let (added, same) = if empty { (0, 1) } else { (5, 0) };
        let mut rows = vec![
            good(2, "import-kind-facility", "Klinik Contoh Sehat", "import-fate-added", "chip--ok"),
            good(3, "import-kind-service", "Konsultasi Umum", "import-fate-added", "chip--ok"),
            good(4, "import-kind-service", "Cek Darah Lengkap", "import-fate-changed", "chip--info"),
            good(5, "import-kind-doctor", "dr. Contoh Pertiwi, Sp.A", "import-fate-same", "chip--mute"),
        ];
        if empty {
            rows.drain(..3);
        }
        AdminImportPreview {
            shell: self.admin_shell("import-preview", "/admin/import", Here::More),
            file: if self.is(Sample::Long) { format!("{LONG}.csv") } else { "klinik-contoh.csv".to_owned() },
            kind: "import-network",
            counts: ImportCounts { added, changed: u64::from(!empty), same, refused: u64::from(refuses) * 2 },
            bad: if refuses { self.import_bad() } else { Vec::new() },
            bad_more: String::new(),
            good: rows,
            good_more: if self.is(Sample::Full) {
                self.speech.say("import-more", &[("n", "1.104")])
            } else {
                String::new()
            },
            sealed: "c2VhbGVk".to_owned(),
            keep: self.speech.say("import-keep", &[("n", "6")]),
        }
    }
}
