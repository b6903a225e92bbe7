//! The files of a release.

/// One file of a release.
pub(super) struct ReleaseFile {
    /// Its place within the release.
    pub(super) path: &'static str,
    /// True when nothing works without it.
    pub(super) needed: bool,
}

const fn needed(path: &'static str) -> ReleaseFile {
    ReleaseFile { path, needed: true }
}

const fn useful(path: &'static str) -> ReleaseFile {
    ReleaseFile { path, needed: false }
}

/// Every file that some task of the program reads, and the checksums and the licence beside them.
pub(super) const ALL: [ReleaseFile; 28] = [
    useful("LICENCE.md"),
    useful("md5checksum.txt"),
    useful("wmda/md5checksum.txt"),
    useful("release_version.txt"),
    needed("Allelelist.txt"),
    needed("wmda/hla_nom.txt"),
    needed("wmda/hla_nom_g.txt"),
    needed("wmda/hla_nom_p.txt"),
    needed("wmda/rel_dna_ser.txt"),
    needed("wmda/rel_ser_ser.txt"),
    useful("Allelelist_history.txt"),
    useful("Deleted_alleles.txt"),
    useful("Nomenclature_2009.txt"),
    useful("Allele_status.txt"),
    useful("tce/dpb_tce.csv"),
    useful("fasta/md5checksum.txt"),
    useful("fasta/A_prot.fasta"),
    useful("fasta/B_prot.fasta"),
    useful("fasta/C_prot.fasta"),
    useful("fasta/DRB1_prot.fasta"),
    useful("fasta/DRB345_prot.fasta"),
    useful("fasta/DRB3_prot.fasta"),
    useful("fasta/DRB4_prot.fasta"),
    useful("fasta/DRB5_prot.fasta"),
    useful("fasta/DQA1_prot.fasta"),
    useful("fasta/DQB1_prot.fasta"),
    useful("fasta/DPA1_prot.fasta"),
    useful("fasta/DPB1_prot.fasta"),
];
