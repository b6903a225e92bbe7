### Words of pages and command line. Same keys, same order as zh-CN.ftl; terms as in the glossary.

## Frame
skip-to-content = Skip to content
nav-label = Main navigation
nav-search = Search
language = Language
print = Print
paper-search = Search report
banner-demo = Demonstration
banner-synthetic = All data are synthetic. Not for clinical use.
banner-starter = Nomenclature: starter release, not for clinical use
banner-short = Synthetic data or starter nomenclature, not for clinical use
list-separator = ; { "" }
list-or = { " or " }
missing = not recorded
yes = yes
no = no
not-computable = not computable
class-not-computable = x/{ $of } not computable
request-number = request

## Search: form
search-title = Search cord blood
search-context = { $units } available public units{ $listed ->
    [0] {""}
    [one] , { $listed } record of external lists
   *[other] , { $listed } records of external lists
 } · snapshot generation { $generation } · nomenclature { $release }
patient-typing = Patient typing
typing-state-empty = nothing typed yet
typing-state-understood = { $count ->
    [one] { $count } locus understood
   *[other] { $count } loci understood
 }
typing-state-bad = { $count ->
    [one] { $count } thing to correct
   *[other] { $count } things to correct
 }
paste-label = Paste a line, as the laboratory wrote it, or a GL String
paste-hint = For example A*11:01,24:02 B*15:02,40:01 DRB1*11:01,12:02. A pasted line replaces the five loci below.
paste-filled = { $count ->
    [one] { $count } locus filled from the pasted text
   *[other] { $count } loci filled from the pasted text
 }
paste-others = { $loci } understood, but not used in this search
allele-first = first allele
allele-second = second allele
weight = Weight
weight-label = Patient weight, kg
least-matches = Least matches
least-matches-label = Least matches
least-matches-hint = A unit that meets any of them is listed. x/6: A, B antigen and DRB1; x/8: A, B, C, DRB1; x/10: DQB1 as well.
no-limit = any
least-dose-label = Dose floors (empty for none)
least-tnc = TNC ×10⁷/kg
least-cd34 = CD34 ×10⁵/kg
limit-label = List at most
order-label = Order
profile-label = Profile
profile-default = General: the limits above
profile-single_malignant = One unit, malignant disease
profile-single_malignant_uk = One unit, malignant disease (UK)
profile-single_nonmalignant = One unit, non-malignant disease
profile-double_each = Each of two units
profile-china_malignant = China, malignant disease
profile-china_nonmalignant = China, non-malignant disease
order-default = Class, probability, dose
order-nmdp = Class, then TNC (NMDP)
order-sm = Class of 6, probability, TNC (S&M)
order-cd34 = Class, then CD34
order-dose = Dose first, then class
filters-label = Filters
filter-own = this bank only
filter-rbc_depleted = RBC-depleted
filter-segment = attached segment
filter-not_computable = class not computable too
filter-more = More filters: the unit itself
filter-abo = ABO
filter-rhd = RhD
filter-accreditation = Accreditation (all of them)
filter-collected = Collected on or after
search-action = Search
search-note = Only available public units and external lists are searched; family units never appear.
fix-offer = Change to "{ $text }"
search-refused = { $count ->
    [one] Not searched: { $count } thing has to be corrected.
   *[other] Not searched: { $count } things have to be corrected.
 }
search-refused-hint = Each problem stands under its field; what you typed is kept.
start-title = Enter the patient's HLA typing
start-body = Paste a line as the laboratory wrote it, or fill in locus by locus; each field is checked as you type.
start-order = Order: match class, then pre-freeze dose. Every search carries a receipt: snapshot, nomenclature and parameters.

## Search: results
to-results = { $count } listed, go to results
results-listed = listed
results-shown = first { $count } shown
results-time = searched in { $ms } ms
results-other = Searched again: the bank has changed since this list was first shown.
results-caption = Listed units in their order
legend = Legend
legend-arrows = ↓ only GvH, ↑ only HvG, no arrow: both directions
col-rank = #
col-unit = Unit · source
col-class = Class
col-serves = Serves up to, kg
col-why = Reasons
antigen = antigen
class-small = { $x10 } · { $x6 }
source-public = Public
below-floor = below floor
foot-dose = Doses are from pre-freeze, post-processing counts.
foot-floor = The upright tick is your floor.
foot-probabilities = Without a set of frequencies no match probabilities are computed.
foot-probabilities-of = Match probabilities under frequency set { $set }: of as many matches of 8 as the best case has.
empty-title = No unit is listed
empty-body = No unit meets all the conditions; why is counted below.
empty-act-x8 = Relax to ≥ 4/8
empty-act-dose = Drop the CD34 floor
grade-match = match
grade-possible = possible match
grade-allele-mismatch = allele mismatch
grade-antigen-mismatch = antigen mismatch
grade-untyped = not typed
grade-with-direction = { $grade } ({ $direction })
direction-gvh = GvH only
direction-hvg = HvG only
direction-both = both directions
explain = Explain
explain-close = Close
explain-unit = Explain { $number }
explain-loci = Locus by locus
explain-rank = Why rank { $rank }
locus = Locus
patient = Patient
unit = Unit (as written)
grade = Grade
matches = Matches
fact-collection-date = Collected
fact-sex = Sex
fact-volume = Volume
fact-viability = Viability before freezing
fact-rbc-depleted = RBC-depleted
fact-segments = Attached segments
fact-typing = Typing (as written)
sex-F = female
sex-M = male
excluded-title = { $count } not listed, each with its reason
excluded-note = Counted by the first rule not met · bars are logarithmic
excluded-relax = relax: { $count } more
excluded-none = No unit was excluded.
rule-typing_unreadable = Typing cannot be read under this nomenclature
rule-source_excluded = Not among the chosen sources
rule-class_not_computable = A required locus is not typed: class not computable
rule-matches_below_floor = HLA matches below the floor
rule-antibody = The patient has antibodies against the typing
rule-tnc_missing = TNC not recorded
rule-tnc_below_floor = TNC below the floor
rule-cd34_missing = CD34 not recorded
rule-cd34_below_floor = CD34 below the floor
rule-collection_date = Collected too early, or date not recorded
rule-sex = Another sex, or not recorded
rule-abo = Another blood group, or not recorded
rule-rhd = Another RhD, or not recorded
rule-rbc_depletion = Red cells not depleted, or not recorded
rule-attached_segments = No attached segment, or not recorded
rule-accreditation = Required accreditation missing
receipt = Receipt
receipt-generation = Snapshot
receipt-generation-value = generation { $number }
receipt-release = Nomenclature
receipt-engine = Engine
receipt-order = Order
receipt-profile = Profile
receipt-snapshot = Snapshot checksum
receipt-digest = Digest

## Fields: numbers and absence
field-number_unreadable = "{ $value }" is not a number; expected a number such as 31.5.
field-number_out_of_range = { $value } is not possible; expected { $least } to { $most }.
field-number_unusual = { $value } is unusual; correct it if it is a slip, or go on.
field-date_unreadable = "{ $value }" is no day; expected one such as 2015-03-01.
field-weight_needed = A floor per kilogram needs the patient's weight.
field-patient_typing_missing = No typing: paste a line, or fill in at least one locus.

## Typing: remarks
typing-ambiguous = { $written } can be { $count } different types; treated as ambiguous
typing-genotypes = { $count } genotypes are possible; treated as ambiguous
typing-warning-single_copy = { $locus }: one allele is given; read as homozygous

## The page of the API

api-title = API
api-context = for programs, as this server answers it
api-how = Programs send a token that an administrator made, as Authorization: Bearer. Set these two in a shell, and the commands below can be copied.
api-errors = A refusal is application/problem+json with a stable code. All codes, with what to do:
api-schemas = Forms of bodies and answers
api-who = Who may:
api-parameters = Parameters
api-name = Name
api-in = Where
api-kind = Kind
api-needed = Needed
api-about = About
api-body = Body:
api-answers = Answers:
api-in-path = address
api-in-query = parameter
api-in-header = header
api-door-everybody = everybody
api-door-signed-in = whoever is signed in
api-tag-search = Search
api-tag-units = Units
api-tag-laboratory = Laboratory
api-tag-documents = Documents
api-tag-registers = Registers
api-tag-storage = Storage
api-tag-figures-and-traces = Figures and traces
api-tag-people = People and sites
api-tag-document = This document
api-op-get-openapi = This document for programs
api-op-search = Search for a patient
api-op-explain-typing = Explain a typing
api-op-check-typing = Check a typing
api-op-list-tests = Tests of the laboratory
api-op-list-results = Results of tests
api-op-list-unit-results = Results of a unit
api-op-enter-result = Enter a result
api-op-review-result = Review a result
api-op-list-units = List units
api-op-get-unit = One unit with all that is known of it
api-op-register-unit = Register a unit
api-op-get-unit-life = State of a unit and the moves that lead on
api-op-move-unit = Move a unit
api-op-trace-unit = What a unit is connected with
api-op-list-unit-signatures = Signatures of a unit
api-op-find-units = From a number to its unit
api-op-list-documents = List documents
api-op-add-document = Keep a document
api-op-get-document = One document
api-op-get-document-content = The file of a document
api-op-open-document = Open a sealed file for a purpose
api-op-withdraw-document = Withdraw a document
api-op-list-records = List records of a kind
api-op-add-record = Make a record
api-op-get-record = One record
api-op-amend-record = Amend a record
api-op-move-record = Move a record
api-op-get-figures = Figures of the board
api-op-list-figure-rows = Rows of a figure
api-op-list-history = The history
api-op-list-accesses = Who opened whose data
api-op-get-audit = How the verification stands
api-op-begin-audit = Begin a verification
api-op-get-me = Who I am and what I may
api-op-list-sessions = Where I am signed in
api-op-end-session = End one of my sessions
api-op-list-notifications = My notifications
api-op-count-notifications = How many notifications wait
api-op-read-notifications = Mark all up to one as read
api-op-read-notification = Mark one as read
api-op-list-roles = Roles and their permissions
api-op-list-accounts = List accounts
api-op-add-account = New account
api-op-get-account = One account
api-op-give-role = Give a role
api-op-take-role = Take a role
api-op-disable-account = End an account
api-op-give-link = New one-time link
api-op-list-sites = List sites
api-op-get-site = One site
api-op-put-site = Add or change a site
api-op-list-tokens = List tokens
api-op-add-token = New token
api-op-revoke-token = Revoke a token
api-op-list-emergencies = Emergencies
api-op-take-emergency = Take a role in an emergency
api-op-review-emergency = Review an emergency

## Requests of programs (codes are stable, see docs/errors.md)

failure-parameter_wrong = A parameter cannot be understood: { $detail }
failure-field_too_long = { $field } has { $found } characters: expected at most { $most }.
failure-limit_out_of_range = limit is { $value }: expected at most { $most }.
failure-version_changed = { $subject } is at version { $found }, not { $expected }: somebody changed it since; read it again and decide anew.
failure-version_unreadable = '{ $value }' is no version that was given out: send the ETag as it came, such as "17".
failure-requests_too_often = You made { $budget } requests in this minute, as many as are answered: wait { $seconds } s for the next one.
failure-site_kind_unknown = '{ $value }' is no kind of a site: expected one of { $expected }.
failure-scope_unknown = '{ $value }' is no permission: see GET /api/roles for their codes.

## Demonstration
demo-made = Demonstration bank { $bank } made: { $units } units, { $searchable } of them can be found by a search (synthetic data, seed { $seed }).
demo-before = Demonstration bank { $bank } was there already and is unchanged: { $units } units, { $searchable } of them can be found by a search (synthetic data, seed { $seed }).
demo-exported = All units are also in { $file }, which "qidai import units" reads.
demo-patient = Example patient (invented), { $weight } kg: { $typing }
failure-demo_plan_differs = { $bank } is another demonstration bank ({ $theirs }; you asked for { $ours }): choose another --dir, or remove that file.
failure-demo_bank_not_empty = { $bank } holds { $units } units that no demonstration made: choose another --dir for the demonstration.
failure-demo_unit_differs = { $unit } is in { $bank } with other content: choose another --dir for the demonstration.
failure-demo_date_out_of_range = --today { $today } cannot be used: expected a day from 2001-01-01 on.
failure-demo_data_damaged = The built-in data of the demonstration bank cannot be used.
failure-export_not_written = The export could not be written ({ $error }): check the folder, its rights and the free space.
failure-folder_not_made = The folder { $folder } could not be made ({ $error }): choose another --dir.

## Typing: errors (codes are stable, see docs/errors.md)
# the typing explorer
nav-hla = HLA
explain-title = Typing explorer
explain-under = under release { $release }
explain-field = Typing: an allele, group, code, antigen, or a list
explain-action = Explain
explain-empty = What does a typing mean?
explain-empty-body = Write one as a laboratory writes it, or begin with one of these.
explain-foot = An allele is known by the antigens of its own line in the release; a serological typing can be more alleles than those. What is not known is left out, never guessed.
explain-refused = Not understood
explain-place = Place
explain-place-value = "{ $value }", character { $position }
explain-expected = Expected
explain-fix = Did you mean
explain-form = Form
explain-category-allele = the name of an allele, complete or shortened
explain-category-allele_string = a list of alternatives
explain-category-xx = every allele of a first field
explain-category-mac = a multiple allele code
explain-category-g_group = a G group: the same nucleotides in the exons of the antigen recognition domain
explain-category-p_group = a P group: the same protein in the antigen recognition domain
explain-category-small_g = a small-g group: a P group with its null alleles
explain-category-serology = an antigen
explain-category-new = an expressed protein that has no name yet
explain-category-not_known = not typed, or not known
explain-category-absent = the gene is absent
explain-members = Can be
explain-more = and { $count } more
explain-accession = Accession
explain-g = G groups
explain-p = P groups
explain-levels = At other levels
explain-antigens = Antigens
explain-confidence-unambiguous = unambiguous
explain-confidence-possible = possible
explain-confidence-assumed = assumed
explain-confidence-expert = reported by experts
explain-epitopes = Bw4, Bw6, C1, C2
explain-alleles = { $count ->
    [one] 1 allele
   *[other] { $count } alleles
  }
explain-none = none
explain-unknown = not known
explain-tce-v2 = T-cell-epitope group, version 2
explain-tce-v1 = T-cell-epitope group, version 1
explain-beside = Usually beside it
explain-rarity = How common (CIWD 3.0)
explain-rarity-c = common, at least 1 in 10,000
explain-rarity-i = intermediate, at least 1 in 100,000
explain-rarity-wd = well documented, met at least five times
explain-rarity-r = rare
explain-remarks = Remarks
explain-remark-allele_renamed = renamed since
explain-remark-mac_member_dropped = left out of the code
explain-remark-nulls_not_counted = null alleles not counted
explain-remark-xx_broad = a historic broad antigen
explain-remark-blanks_removed = blanks removed
explain-remark-character_corrected = characters corrected
explain-remark-case_corrected = capitals corrected
explain-remark-colons_restored = colons restored
explain-remark-name_before_2010 = a name of before 2010
explain-remark-name_reused = a name given more than once
explain-remark-antigen_without_alleles = no allele is known as this
explain-release = Release

typing-error-typing_empty = Nothing is written; expected { $expected }.
typing-error-character_unexpected = "{ $value }" ({ $unicode }) at character { $position } belongs to no HLA name; expected { $expected }.
typing-error-locus_unknown = "{ $value }" is no locus; expected { $expected }.
typing-error-locus_swapped = "{ $value }" belongs to another locus; expected { $expected }.
typing-error-loci_mixed = "{ $value }" mixes loci; expected { $expected }.
typing-error-locus_repeated = "{ $value }": the same locus is given twice; expected { $expected }.
typing-error-copies_too_many = "{ $value }" is one allele too many; expected { $expected }.
typing-error-field_invalid = "{ $value }" at character { $position } is no valid field; expected { $expected }.
typing-error-fields_too_many = "{ $value }" has too many fields; expected { $expected }.
typing-error-suffix_unknown = "{ $value }" is no expression suffix; expected { $expected }.
typing-error-suffix_wrong = "{ $value }" has another suffix in { $release }; expected { $expected }.
typing-error-allele_unknown = No allele "{ $value }" in { $release }; expected { $expected }.
typing-error-allele_deleted = "{ $value }" was deleted without a successor; expected { $expected }.
typing-error-group_unknown = No G or P group "{ $value }" in { $release }; expected { $expected }.
typing-error-mac_unknown = Multiple allele code "{ $value }" is not in the loaded table; expected { $expected }.
typing-error-mac_table_missing = "{ $value }" is a multiple allele code, but no code table is loaded; start with --mac FILE.
typing-error-mac_first_field_wrong = Code "{ $value }" does not belong to this first field; expected { $expected }.
typing-error-mac_without_members = None of the alleles of code "{ $value }" exists at this locus; expected { $expected }.
typing-error-antigen_unknown = There is no antigen "{ $value }"; expected { $expected }.
typing-error-release_needed = "{ $value }" needs an IPD-IMGT/HLA release: qidai hla fetch, or start with --release DIR.
typing-error-form_unknown = "{ $value }" has no known form; expected { $expected }.
typing-error-reserved_word = "{ $value }" says nothing here; expected { $expected }.
typing-error-alternatives_too_many = From "{ $value }" on there are more alternatives than one typing can have; expected { $expected }.
typing-error-typing_too_long = The text is longer than any typing; expected { $expected }.
typing-error-name_before_2010 = "{ $value }" is a name of before 2010; expected { $expected }.
typing-error-gl_code_invalid = The GL String Code is not well formed at "{ $value }"; expected { $expected }.
typing-error-release_other = The typing is of release { $value }; expected { $expected }.
typing-error-gl_structure_invalid = The GL String is not well formed at character { $position }, "{ $value }"; expected { $expected }.
typing-fix = { "" } (did you mean "{ $fix }"?)

## Import

import-summary = { $accepted } accepted, { $unchanged } unchanged, { $issues } issues.
import-summary-dry-run = Dry run, nothing was written: { $accepted } would be accepted, { $unchanged } unchanged, { $issues } issues.
import-columns-not-used = Columns not used: { $columns }
import-row = row { $row }
import-file = whole file
import-more-issues = { $count } more issues; --format json lists them.

## Failures (codes are stable, see docs/errors.md)
failure-title = Not done
failure-unchanged = No data were changed.
failure-onward = Go on with
failure-body_too_large = The request is larger than 1 MiB and was not read. Use the command line to import large files.
failure-host_not_local = This server answers on this machine only, not under the name "{ $host }". Open it as http://127.0.0.1.
failure-cross_site_refused = The request was sent by a page of another site and was not carried out. Send it from a page of this program.
failure-page_not_found = There is no page under this address.
failure-method_not_allowed = This address does not answer to this method.
failure-internal_error = The program made a mistake; no data were changed. Tell the maintainers the request number.
failure-page_not_rendered = The page could not be made. Tell the maintainers the request number.
failure-form_unreadable = The form could not be read; go back and fill it in again.
failure-request_unreadable = A part of the address or of the form could not be read: open the page again from the menu.
failure-json_unreadable = The body is not the expected JSON: { $detail }
failure-locus_unknown = "{ $value }" is no locus of a typing; expected A, B, C, DRB1, DQB1, DPB1 or another one.
failure-search_not_kept = This search is no longer kept in memory; enter the typing again.
failure-search_stopped = The search stopped before its end; try again, and tell the maintainers the request number.
failure-port_in_use = { $address } is already used by another program: stop it, or choose another port with --listen.
failure-address_not_opened = { $address } could not be opened for listening.
failure-address_not_loopback = { $address } is not an address of this machine alone. Other machines are served only by TLS or through a trusted proxy: set one of them, or take an address such as 127.0.0.1:8787.
failure-server_stopped = The server stopped.
failure-runtime_not_started = The program could not start its worker threads.

## Failures of commands, reference files and the bank
failure-stream_failed = Standard input could not be read or standard output not be written ({ $error }).
failure-output_not_written = The answer could not be written ({ $error }): check the folder, its rights and the free space.
failure-receipt_not_written = The receipt { $file } could not be written ({ $error }): check the folder, its rights and the free space.
failure-receipt_unreadable = { $file } could not be read ({ $error }).
failure-receipt_refused = { $file } is no receipt of a search ({ $error }): give the file that --receipt wrote.
failure-patient_file_unreadable = { $file } could not be read ({ $error }).
failure-patients_empty = { $source } holds no patient; expected lines id%GL-string.
failure-locus_option_unreadable = --locus "{ $value }" is not understood; expected LOCUS=ALLELES such as A=02:01,11:01.
failure-subjects_file_unreadable = { $file } could not be read ({ $error }).
failure-frequencies_unreadable = { $file } is no set of haplotype frequencies: { $error }.
failure-loci_too_many = { $found } loci are to be counted; at most { $most } are: name them with --loci.
failure-locus_not_in_frequencies = The frequencies do not cover { $locus }; expected one of { $known }.
failure-level_unknown = There is no level { $value }; expected one of { $known }.
failure-subjects_unreadable = { $file }, line { $line }: { $value } is not understood; expected id%GL-string lines, or a CSV whose header is id and loci, such as id,A,C,B,DRB1,DQB1.
failure-subjects_empty = { $file } holds nobody; expected id%GL-string lines or a CSV.
failure-subjects_nobody_counted = Nobody in { $file } has a typing that can be counted.
failure-checkpoint_of_other_question = { $file } is no checkpoint of these people with these options: give another --checkpoint, or remove it to begin anew.
failure-frequencies_not_written = { $file } could not be written ({ $error }).
failure-frequencies_without_common_locus = The two sets have no locus in common.
failure-bench_file_failed = { $file } could not be read or written ({ $error }).
failure-batch_only = Lines are read from standard input: add --batch.
failure-snapshot_not_written = The snapshot { $file } could not be written ({ $error }).
failure-bank_folder_missing = There is no folder { $folder }, in which the bank { $address } could be made: make it, or correct the path.
failure-list_name_wrong = The list name "{ $value }" has { $length } characters, expected 1 to { $most }.
failure-zone_unknown = The bank's zone { $zone } is not known to this machine.
failure-bank_not_named = No bank: give --bank FILE, or set QIDAI_DATABASE_URL.
failure-password_on_command_line = There is a password in --bank, and command lines are seen by others: put the address into the environment variable QIDAI_DATABASE_URL and leave --bank out.
failure-file_not_readable = { $file } could not be read ({ $error }): check the path, its rights and the disk.
failure-release_not_there = The bank remembers release { $release } in { $folder }, which is not there: give --release DIR, or run qidai release set --bank DB --release DIR.
failure-release_folder = { $folder } is not a folder of an IPD-IMGT/HLA release: looked for Allelelist.txt and, in wmda/, hla_nom.txt, hla_nom_g.txt, hla_nom_p.txt, rel_dna_ser.txt, rel_ser_ser.txt; missing: { $missing }; found: { $found }.
failure-release_folder_ambiguous = { $folder } holds the release files twice, in wmda/ and beside Allelelist.txt: remove one copy, so that it is clear which is meant.
failure-release_header = { $file } does not begin as a file of a release does; found "{ $found }". Fetch it again.
failure-release_truncated = { $file } is not whole: { $problem }. Fetch it again.
failure-release_line = { $file }, line { $line }, cannot be read ({ $problem }): "{ $value }". Fetch it again; its files must not be edited.
failure-release_mixed = { $file } is of version { $found }, but { $other } is of { $wanted }: use the files of one release.
failure-release_inconsistent = { $file } contradicts the other files: { $problem }. Take all files from one release.
failure-release_checksum = { $file } was edited, cut or re-encoded: its MD5 is { $found }, { $checksums } says { $wanted }. Fetch the file again.
failure-reference_unreadable = { $file } could not be read ({ $error }).
failure-reference_not_utf8 = { $file } is not UTF-8 text (first at byte { $position }): fetch it again, unmodified.
failure-fetch_target_exists = { $folder } is there already: name another place, or remove it first.
failure-fetch_proxy = { $value } is no address of a proxy; expected http://HOST:PORT.
failure-fetch_not_found = { $place } does not exist: check the release and --from.
failure-fetch_failed = { $place } could not be fetched: { $error }. Run the command again: it goes on from here.
failure-fetch_checksum = { $place } was cut or edited: its checksum is { $found }, { $checksums } says { $wanted }. Run the command again.
failure-fetch_other_release = The files are of release { $found }, not { $wanted }: check --from.
failure-fetch_not_written = { $file } could not be written: { $error }.
failure-release_number_invalid = { $value } is no release; expected a number such as 3.58.0, 3.58 or 3580.
failure-history_not_there = The folder has no lists of earlier releases: it needs Allelelist_history.txt or allelelist/ (qidai hla fetch).
failure-history_release_unknown = No release { $value } is known here; known: { $known }.
failure-history_line = { $file }, line { $line }: { $problem }: "{ $value }". Fetch the list again.
failure-ciwd_table_line = { $file }, line { $line }: "{ $value }" is no row of the table of common alleles; expected a name and the categories C, I, WD or R, joined by commas.
failure-mac_table_line = { $file }, line { $line }: { $problem }: "{ $value }".
failure-database_address_unknown = { $address } is no address of a bank ({ $reason }): expected a file or postgres://…
failure-database_missing = There is no bank at { $address }: check the address, or make one by an import.
failure-not_a_bank = { $address } is not a bank of qidai: { $reason }.
failure-database_newer_than_program = The bank at { $address } was written by a newer version of qidai (it has { $migration }): use that version or a later one.
failure-database_locked = Another program is writing to the database and did not finish in time: try again.
failure-disk_full = The disk of the database is full: nothing of this step was kept; make room, run again.
failure-database_read_only = The database cannot be written: check the rights of the file and its folder.
failure-database_unreachable = The database does not answer: check that it runs and that the address is right.
failure-database_access_refused = The database refused the user or the password.
failure-database_damaged = The database file is damaged: restore the last backup.
failure-database_value_unknown = Table { $table }, row { $row }: "{ $value }" is not a known { $column }.
failure-history_broken = Event { $sequence } of the history is missing or has no hash, so nothing is written on: run qidai audit verify.
failure-row_missing = Table { $table } has no row { $row }, which was to be changed: read it again.
failure-database_failed = The database failed ({ $error }): see the log.

## Release of a bank
release-starter = The bank remembers no release: its typings are read by the starter release.
release-remembered = The bank remembers release { $release } in { $folder }.
release-set = From now on the bank reads its typings by release { $release } in { $folder }.
release-readable = { $read } typings of searchable units and lists can be read by it, { $not_read } cannot.
failure-release_not_named = Which release? Give its folder with --release DIR.

## Reasons of a rank
all-loci-match = all five loci match
reason-probability = { $percent } % likely to have { $matches } of 8 matches or more
reason-class = { $matches } of { $of } matches
reason-class-open = between { $worst } and { $best } of { $of } matches: the typing leaves it open
reason-class-not-computable = x/{ $of } not computable: a required locus is not typed
reason-untyped = { $locus } is not typed on both sides
reason-open = { $locus }: a match is possible, not certain
reason-mismatch-gvh = { $locus }: mismatch only in the graft-versus-host direction
reason-mismatch-hvg = { $locus }: mismatch only in the host-versus-graft direction
reason-mismatch-antigen = { $locus }: antigen mismatch
reason-mismatch-allele = { $locus }: allele mismatch, same antigen
reason-tnc-per-kg = TNC { $dose } × 10⁷/kg before freezing
reason-tnc-total = TNC { $count } × 10⁷ in the unit before freezing
reason-tnc-missing = TNC not recorded: behind units of the same class that have a count
reason-cd34-per-kg = CD34+ { $dose } × 10⁵/kg before freezing
reason-cd34-total = CD34+ { $count } × 10⁵ in the unit before freezing
reason-cd34-missing = CD34+ not recorded

## The list on a terminal
table-patient = Patient { $id }
table-rank = Rank
table-unit = Unit
table-x8 = x/8
table-x10 = x/10
table-x6 = x/6 antigen
table-loci = A B C DR DQ
table-tnc-kg = TNC 10⁷/kg
table-cd34-kg = CD34+ 10⁵/kg
table-tnc = TNC 10⁷
table-cd34 = CD34+ 10⁵
table-serves = Serves up to
table-abo = ABO
table-missing = not recorded
table-listed = Listed: { $shown } of { $total } units that pass. Not listed, by rule:
replay-same = same answer: generation { $generation }, release { $release }, digest { $digest }
replay-same-of-other-state = the same answer, but not of the same state:
replay-other = another answer:
replay-difference = { $what }: { $then } then, { $now } now
table-probability = Likely
table-frequencies = Probabilities under frequency set { $set }: of as many matches of 8 as the best case has
table-pairs = Pairs: units, class of the worse, likely, TNC and CD34+ together, match between the units
table-receipt = Receipt: generation { $generation }, release { $release }, { $engine }, digest { $digest }
    { $request }
failure-patient_not_named = No patient: give --patient FILE.gl, --typing LINE or --locus LOCUS=ALLELES.
failure-patient_typing_refused = The patient's typing cannot be read: { $detail }
failure-patient_typing_missing = The patient's typing has none of the loci A, B, C, DRB1, DQB1; expected at least one.
failure-weight_needed = A floor per kilogram needs the patient's weight.
failure-weight_out_of_range = { $value } is no possible weight; expected { $expected }.
failure-floor_out_of_range = { $value } is no possible floor; expected { $expected }.
failure-frequencies_lack_locus = { $file } has no locus { $locus }; a search counts A, C, B and DRB1.
failure-search_profile_unknown = There is no profile "{ $value }"; expected one of { $expected }.
failure-selection_page_unreadable = The page of the { $what } cannot be read: { $error }.
failure-antibody_refused = What the patient has antibodies against cannot be read: { $detail }
failure-antibody_mfi_unreadable = Line { $line }: "{ $value }" is no MFI; expected a whole number.
failure-search_file_unreadable = { $file } could not be read ({ $error }).
failure-order_unknown = There is no order "{ $value }"; expected one of { $expected }.
failure-accreditation_unknown = There is no accreditation "{ $value }"; expected one of { $expected }.
failure-sex_unknown = "{ $value }" is no sex; expected { $expected }.
failure-abo_unknown = "{ $value }" is no ABO group; expected { $expected }.
failure-rhd_unknown = "{ $value }" is no RhD; expected + or -.
failure-snapshot_not_built = The search snapshot could not be built.
failure-bank_not_whole = The bank is not whole: { $count } things are not as the history says.
failure-checkpoints_missing = There is no checkpoint file { $file }: whether events were cut off the end could not be checked.
failure-checkpoints_not_checked = The signatures in { $file } could not be checked: their public key is not there; give it with --key.
failure-checkpoint_key_missing = The key { $file } is missing; bring it back from where keys are kept.
failure-checkpoint_key_damaged = { $file } is no key: expected 64 hexadecimal digits.
failure-checkpoints_unusable = { $file } cannot be used: { $error }.

## Command line
serving-at = Pages at { $address } (Ctrl-C ends)
unit-reserved = Unit { $number } is reserved for { $name }.
unit-reservation-ended = The reservation of unit { $number } has ended.
people-link = One-time link for { $number }, valid for 24 hours and shown only now:
    { $link }
init-made = The bank is at { $bank }, its keys are in { $keys }. Keep a copy of the keys apart from the backups: without
    them nobody reads the people in the bank.
key-place = Keys in { $place }, the one in use first:
account-invited = invited
account-active = active
account-disabled = disabled
audit-read = { $events } events read, the last is number { $last }; { $rows } rows computed again from them ({ $chain } s and { $compared } s).
audit-more = … and { $more } more.
audit-checkpoint = The last checkpoint is of event { $sequence }, signed { $time } by key { $key }.
audit-whole = Whole: every hash, every row and every checkpoint agree.
## People
failure-permission_missing = { $actor } lacks the permission { $permission }: ask the administrator for a role that has it.
failure-permission_missing_at_site = { $actor } lacks the permission { $permission } here{ $site ->
    [none] {""}
   *[other] {" "}(site { $site })
 }: ask the administrator for a role at this site.
failure-sign_in_locked = After several wrong attempts this staff number waits: try again in { $seconds } seconds.
failure-staff_number_taken = The staff number { $staff_number } belongs to an account already, and is never given again.
failure-account_unknown = There is no account with the staff number { $staff_number }: check it.
failure-account_disabled = The account { $staff_number } is disabled: make a new one for a new person.
failure-site_unknown = There is no site "{ $site }" in use: add it first, or check the code.

## Settings and backups
failure-config_invalid = The settings have mistakes:
    { $detail }
failure-certificate_unusable = TLS cannot use this: { $detail }
failure-backup_damaged = The backup is not whole: { $detail }
failure-restore_place_taken = There is something at { $place } already; a backup is restored into a new place only.
failure-postgres_program_failed = { $program } could not do it: { $detail }

## Frame: people and navigation
nav-units = Units
nav-board = Figures
nav-history = History
nav-people = Accounts
nav-audit = Audit
scan-label = Find a unit by its number
scan-hint = Scan or type a number
keys-title = Keys
keys-close = Close
keys-scan = go to the field that finds a unit
keys-next = next line of a list
keys-previous = line before
keys-open = open the line
keys-search = send the search, from any field
keys-help = this list
keys-escape = close this list
sign-in = Sign in
sign-out = Sign out
signed-out = You are signed out.
sign-in-first = This needs a sign-in; afterwards you come back to this page.
sign-in-as = Sign in with another account
sign-in-lost = Password forgotten or phone lost: the administrator makes a new one-time link.
sign-in-left = { $count ->
    [0] The next attempt has to wait; each further one waits twice as long.
    [one] One more attempt, then a wait.
   *[other] { $count } more attempts, then a wait.
 }
demo-visitor = Demonstration: you act as the demonstration's account, without a sign-in. All records are synthetic.
demo-back = Go on with the demonstration without a sign-in
motto-begin = From the day a mother consents
motto-end = to the day the blood grows back
motto-record = Who, when, why and what was changed is written down here. Records are only added to; whoever may see the history can verify the whole chain.
staff-number = Staff number
staff-number-hint = no names; Latin letters, digits, - . _
password = Password
one-time-code = One-time code
one-time-code-hint = 6 digits from the authenticator app; empty if you have none
one-time-code-shown = the 6 digits that the app then shows
optional = optional
welcome-title = Choose a password
welcome-action = Save and sign in
new-password = New password
new-password-hint = at least { $count } characters; four unrelated words are easy to keep
password-again = The same again
second-factor = Second factor
second-factor-how = Scan the picture with an authenticator app, or type the key, then write the code that it shows.
second-factor-picture = QR code for the authenticator app; the same key stands beside it as text
second-factor-text = Key as text
pages-label = Pages
page-first = From the beginning
page-next = Next page
page-newest = Newest
page-older = Older
any = all

## Units: list and one unit
units-title = Units
units-context = { $units ->
    [one] { $units } unit
   *[other] { $units } units
 }
units-context-number = by the beginning of the number; { $units ->
    [one] { $units } unit
   *[other] { $units } units
 } in the chosen state
units-action = Show
units-all = Show all units
units-empty = No unit fits
units-empty-body = Relax a condition, or check the beginning of the number.
units-foot = Counts are before freezing, after processing. What is missing says so; it is not 0.
unit-number-begins = Number begins with
unit-status = State
unit-bank = Bank
unit-collected = Collected
unit-blood-group = Blood group
unit-sex = Sex
unit-order-number = by number
unit-order-newest = by day of collection, newest first
bank-public = Public
bank-family = Family
find-title = Find by number
find-none = No unit has the number { $number }
find-none-body = Compare it with the label, character by character. Scanning is safer than typing.
find-near = Show numbers that begin alike
find-several = Several numbering schemes have this number:
unit-life = The life of the unit
step-now = now
step-collected = collected
step-received = received
step-processed = processed
step-quarantine = quarantine
step-available = available
step-family_held = family held
step-reserved = reserved
step-in_release_testing = release testing
step-release_approved = released
step-shipped = shipped
step-received_by_tc = at the centre
step-infused = infused
counts-title = Counts by phase
counts-note = the unit stands beside each measure
counts-foot = "—" is not recorded, which is not 0. Doses are made of the counts after processing.
counts-missing = Not recorded in any phase: { $measures }.
measure = Measure
measure-tnc_total = Total nucleated cells TNC
measure-cd34_total = CD34+ cells
measure-cfu_gm_total = CFU-GM
measure-mnc_total = Mononuclear cells MNC
measure-nrbc_total = Nucleated red cells
measure-viability_percent = Viability
measure-cd34_viability_percent = CD34+ viability
measure-cd45_viability_percent = CD45+ viability
measure-volume_ml = Volume
unit-cryovolume = Volume in the freezing bag
phase-collected = Collected
phase-processed = Processed
phase-frozen = Frozen
phase-post_thaw = After thawing
typing-title = HLA typing: as written and as understood
typing-note = the written text is kept for ever · understood by release { $release }
typing-none = No typing is recorded.
typing-mother = The mother's typing
typing-in-force = in force
typing-method-missing = method not recorded
typing-day-missing = day not recorded
typing-release-missing = laboratory's release not recorded
typing-as-written = As written
typing-understood = Understood as
typing-certainty = Certainty
typing-one-genotype = one genotype
facts-title = Record
unit-birth-date = Birth date
unit-expiry-date = Expires
unit-processing-method = Processing method
unit-rbc-depleted = Red cells depleted
unit-segments = Attached segments
unit-identity-confirmed = Identity confirmed
tests-title = Tests
unit-idm = Infectious disease markers
unit-cmv = CMV
unit-haemoglobinopathy = Haemoglobinopathy
unit-microbial-growth = Microbial growth
outcome-negative = negative
outcome-positive = positive
outcome-indeterminate = indeterminate
marks-title = Accreditation
unit-wmda-qualified = WMDA qualified

## States (glossary, section H)
status-registered = registered
status-kit_issued = kit issued
status-collected = collected
status-in_transit = in transit
status-received = received
status-rejected_at_receipt = rejected at receipt
status-processing = processing
status-processed = processed
status-quarantine = quarantine
status-available = available
status-family_held = family held
status-reserved = reserved
status-in_release_testing = in release testing
status-release_approved = release approved
status-retrieved = retrieved
status-shipped = shipped
status-received_by_tc = received by transplant centre
status-infused = infused
status-returned = returned
status-discarded = discarded
status-transferred_to_research = transferred to research
status-converted_to_public = converted to public
status-under_evaluation = under evaluation
status-exceptional_release = exceptional release
status-accepted = accepted
status-held = on hold
status-recalled = recalled
status-lost = lost
status-destroyed_in_transit = destroyed in transit

## History
history-title = History
history-page-title = History: every event
history-context = { $count ->
    [one] { $count } event
   *[other] { $count } events
 }, newest first
history-all = all { $count }
history-subject = Subject
history-subject-hint = such as unit/din/Z990117012046, account/S0012
history-everything = Every subject
history-empty = No events
history-empty-body = Check how the subject is written; capitals matter.
history-foot = The hash of each event covers the hash before it: what is changed, put in or left out is found.
event-effective = was so at { $time }, entered later
event-reason = reason: { $reason }
event-changes = { $count ->
    [one] { $count } change
   *[other] { $count } changes
 }
event-changes-caption = Changes: before and after
event-more-changes = { $count } further ones
change-field = Field
change-old = Before
change-new = After
event-unit_added = unit entered
event-unit_reserved = unit reserved
event-unit_reservation_ended = reservation ended
storage-alarms-open = Alarms that are open or that nobody has acknowledged: { $count }
nav-storage = Storage
event-room_added = room added
event-room_changed = room changed
event-tank_added = tank added
event-tank_changed = tank changed
event-tank_armed = tank armed
event-tank_disarmed = tank silenced
event-put_into_place = put into a place
event-taken_from_place = taken from its place
event-storage_move_refused = storage move refused
event-storage_counted = storage counted
api-op-list-tanks = Tanks
api-op-put-tank = Put a tank
api-op-list-places = Places of a tank
api-op-move-stored = Move what is stored
api-op-count-tank = Count a tank
storage-title = Cryostorage
storage-context = { $tanks } tanks · { $used } of { $capacity } places used
storage-places = { $used } of { $capacity } places used
storage-days-to-full = full in { $days } days at the pace of 90 days
storage-does-not-fill = not filling
storage-none = There are no rooms yet: qidai storage room and qidai storage tank add them.
storage-room-empty = No tanks in this room yet.
storage-alarm = alarm
storage-legend-empty = empty
storage-free = free
storage-misplaced = wrong tank
storage-misplaced-note = Its state or its results no longer fit the class of this tank: move it.
storage-move-title = Put in, move, take out
storage-move-action = Move it
storage-scan-from = From
storage-scan-from-hint = scan the place; empty to put in
storage-scan-number = What
storage-scan-to = To
storage-scan-to-hint = scan the place; empty to take out
storage-kind = Kind
stored-kind-unit = cord blood unit
stored-kind-segment = segment
stored-kind-sample = retained sample
stored-kind-product = other product
tank-class-quarantine = quarantine
tank-class-released = released
tank-class-reactive = reactive
tank-class-samples = samples
tank-title = Tank { $code }
tank-armed = alarms on
tank-not-armed = alarms off
tank-closed = closed
tank-from-above = From above
tank-ring-note = number = places used of { $count } in each rack
tank-rack = Rack { $rack }
tank-rack-before = rack before
tank-rack-after = next rack
tank-rack-said = Rack { $rack }: { $used } of { $capacity } places used
tank-legend-free = dashed: free
tank-place = Chosen place
tank-place-none = Choose a place in the rack.
tank-place-since = There since
storage-page-done-stored = It was put in.
storage-page-done-moved = It was moved.
storage-page-done-taken = It was taken out.
storage-done-stored = { $number } was put into { $place }.
storage-done-moved = { $number } was moved to { $place }.
storage-done-taken = { $number } was taken out of { $place }.
failure-slot_taken = { $position } is taken by { $number }: scan a free place. Nothing was moved.
failure-position_differs = { $number } was scanned in { $found }, but the books have it in { $expected }: count the rack. Nothing was moved.
failure-already_stored = { $number } stands in { $position } already: scan that place first to move it.
failure-tank_class_wrong = Tank { $tank } is for { $found }; { $number } belongs in a tank for { $expected }.
failure-position_unknown = There is no place { $position }: expected { $expected }.
failure-tank_unknown = There is no tank { $tank }: check the code.
event-unit_move_refused = move of a unit refused
event-unit_registered = unit registered
event-unit_moved = unit moved on
event-unit_amended = unit corrected
event-document_added = document added
event-document_withdrawn = document withdrawn
event-notifications_read = notifications marked as read
event-listed_added = list entry added
event-list_begun = external list begun
event-setting_changed = setting changed
event-account_added = account added
event-account_disabled = account ended
event-account_locked = account locked for a while
event-account_named = account named
event-role_given = role given
event-role_taken = role taken away
event-link_issued = one-time link made
event-link_used = one-time link used
event-password_changed = password changed
event-emergency_taken = role taken in an emergency
event-emergency_reviewed = emergency reviewed
event-keys_rotated = keys rotated
event-person_added = person entered
event-person_changed = person changed
event-record_signed = record signed
event-record_created = record made
event-record_amended = record changed
event-record_moved = record moved on
event-record_move_refused = move refused
event-clock_ran = time ran out
event-signer_certified = signer certified
event-site_added = site added
event-site_changed = site changed
event-token_added = token of a machine added
event-token_revoked = token of a machine revoked

## documents and notifications
bell = Notifications: { $count ->
    [0] none unread
    [100] over 100 unread
   *[other] { $count } unread
 }
notifications-title = Notifications
notifications-mark-all = Mark all as read
notification-mark = Mark as read
notification-unread = Unread
notifications-none = No notifications
notifications-none-body = What waits for you, and what became of what is yours, appears here.
notifications-foot = Sent to your account or to a role of yours. Marking as read changes nothing for others.
notice-emergency_taken = { $who } took the role { $role } in an emergency; it waits for a review.
notice-emergency_reviewed = { $who } reviewed your emergency, in which you took the role { $role }.
notice-record_clock_ran = { $number }: { $en }.
notice-record_day_near = { $number }: { $en }, on { $day }.
documents-title = Documents
documents-count = { $count ->
    [one] { $count } document
   *[other] { $count } documents
 }
documents-none = No documents yet.
document-title = Document
document-class = Kind
document-kind = Format
document-size = Size
document-uploaded-by = Uploaded by
document-uploaded-at = Uploaded
document-current = current
document-withdrawn = withdrawn
document-file = File
document-file-hint = PDF, PNG, JPEG, XLSX, DOCX, CSV or TXT, up to { $megabytes } MiB
document-add = Add the document
document-download = Download
document-look = Preview
document-pdf-alone = A file from elsewhere is never part of a page; it is shown alone.
document-pdf-open = View in a new window
document-text-cut = Only the beginning is shown; download the file to read all of it.
document-no-look = This format has no preview; download the file.
document-sealed = This document holds a person's data and is sealed. Say for which purpose you open it; every opening and every refusal is written to the access log.
document-sealed-name = (sealed document)
document-open = Open and download
purpose = Purpose
purpose-none = None of your roles has a purpose for it.
document-withdraw = Withdraw this document
document-withdraw-why = For a document that is wrong. It stays readable, marked as withdrawn.
document-withdraw-action = Withdraw
reason = Reason
reason-hint = at least 8 characters, no names
failure-upload_missing = No file was chosen; choose one.
failure-upload_too_large = The file is larger than { $megabytes } MiB and was not kept; make it smaller, or divide it.
failure-upload_empty = The file is empty; choose the one you mean.
failure-upload_type_unknown = { $value }: the content is none of the kinds that are kept: PDF, PNG, JPEG, XLSX, DOCX, CSV and plain text.
failure-upload_damaged = { $value }: the file is not whole; open it, save it again, and upload that.
failure-upload_appended = { $value }: something else stands behind the end of the file; save it again with the program that shows it, and upload that.
failure-upload_active_content = { $value }: it contains something that could run on the computer of who opens it (a script, macros or another file); save it without that, or print it to a PDF.
failure-upload_bomb = { $value }: it unpacks to more than is kept; make it smaller.
failure-upload_extension_differs = { $value }: the extension is not that of the content; give it the one of what it is.
failure-document_class_unknown = There is no kind of document "{ $value }"; choose one from the list.
failure-purpose_unknown = There is no purpose "{ $value }"; choose the one you work for.

## The laboratory

nav-lab = Laboratory
lab-title = Laboratory
lab-context = what waits for review, and what is still to be tested
lab-waiting = Waiting for review
lab-waiting-note = nobody reviews what they entered; HLA, blood groups and infection markers need two colleagues
lab-waiting-none = Nothing waits for review.
lab-waiting-more = There are more: the oldest are shown.
lab-to-test = Units without a result
lab-to-test-note = received, in processing, processed or in quarantine
lab-to-test-none = Every such unit has a result, or one that waits for review.
lab-show = Show
lab-unit = Unit
lab-unit-of = Unit of
lab-test = Test
lab-phase = Phase
lab-value = Value
lab-range = Reference range
lab-who = Who
lab-written = as written: { $written }
lab-amended = amended, version { $version }
lab-agree = Agree
lab-reject = Reject
lab-reject-reason = why it is rejected
lab-report = Laboratory report
lab-results = Results
lab-results-note = a result counts once it is approved
lab-results-none = No test has a result yet.
lab-missing = Without a result: { $tests }
lab-has-amendments = This report was changed after it was first given: amended results carry their version and the reason.
lab-enter = Enter results
lab-enter-note = every field that is filled in becomes a result; none is guessed
lab-enter-action = Enter
lab-method = Method or analyser
lab-amend-reason = Reason, where an approved result is amended
lab-older = Earlier versions and rejected results
lab-refused = { $count ->
    [one] One value was not taken
   *[other] { $count } values were not taken
}
lab-entered-by = entered { $at } { $who }
lab-reviewed-by = reviewed { $at } { $who }
lab-approved-by = approved { $at } { $who }
lab-state-entered = to be reviewed
lab-state-reviewed = to be reviewed again
lab-state-approved = approved
lab-state-rejected = rejected
lab-state-superseded = amended
lab-flag-low = low
lab-flag-high = high
lab-flag-critical_low = critically low
lab-flag-critical_high = critically high
lab-flag-abnormal = abnormal
lab-group-cells = Cells
lab-group-identity = Identity
lab-group-sterility = Sterility
lab-group-genetics = Genetics
lab-group-infection = Infection markers of the mother
lab-group-chemistry = Chemistry of the mother
event-unit_decided = decided on acceptance
event-unit_decision_replaced = decision replaced by a newer one
event-unit_exception_made = exceptional banking signed
event-test_result_entered = test result entered
event-test_result_reviewed = test result reviewed
event-test_result_approved = test result approved
event-test_result_rejected = test result rejected
event-test_result_superseded = test result amended
event-test_result_review_refused = review of a test result refused

## registers
nav-registers = Registers
registers-title = Registers
registers-context = States, moves and fields of each are declared in one table
records-list = Open the list
records-none-yet = No records yet
records-context = { $count ->
    [one] { $count } record
   *[other] { $count } records
 }
records-search = Number or text
records-empty = No record fits
records-all = Show all
records-foot = The head of a column orders by it. Exports hold all open fields and no personal data.
record-new = New record
record-new-title = New record: { $register }
record-number = Number
record-state = State
record-changed = Last change
record-since = In this state since
record-version = version { $version }
record-life = Life of the record
record-amend = Amend
record-save = Save
record-create = Enter the record
cancel = Cancel
needed = required
site-none = belongs to no single site
form-problems = { $count ->
    [one] One thing to correct; nothing was saved
   *[other] { $count } things to correct; nothing was saved
 }
sealed = sealed
sealed-has = there is one; leave empty to keep it
sealed-will = kept sealed
personal-title = Personal data
personal-sealed = sealed; opened for a purpose
personal-open = opened: shown this once, written to the access log
personal-open-action = Open
purpose-hint = every opening is written to the access log
moves-title = What can be done
moves-none = No move leads on from here.
move-blocked = not yet
record-fill-in = Fill in "{ $field }" first.
late-entry = Entered later than it was done
late-done-at = Done at
late-hint = of the sheet; a reason is needed
record-not-found = "{ $field }" is not there yet: it comes from its own record.
unit-new-title = Register a unit
unit-new-number = Number on the labels (DIN)
unit-new-action = Register
unit-own-title = On its way
unit-trace-title = Trace
unit-trace-note = ← what it came from, → what came of it
trace-back = came from
trace-forth = came of it
find-next = Next:
record-add-document = Add the document "{ $document }" first.
record-all-events = the whole history
clocks-title = Deadlines
clock-over = over
clock-reminds = reminds
clock-notifies = then tells { $roles }
clock-moves = then moves by itself: { $move }
clock-raises = then raises a nonconformance
signatures-title = Signatures
signature-changed = the record was changed after it was signed
sign-what = You sign the record as this page shows it, with the meaning "{ $meaning }". Its digest:
sign-code-hint = for the first signature since you signed in
sign-final = A signature cannot be taken back; once the record changes, it shows that it no longer covers it.
sign-action = Sign as "{ $meaning }"
sign-needs-session = To sign, sign in with your own account.
certify-title = Certification of your signatures
certify-context = once, before the first signature
certify-next-code = After confirming, wait for the next code of your authenticator, then sign.
certify-action = I confirm
deed-created = Entered, state "{ $state }"
deed-amended = Amended
deed-moved = { $move }: the state is now "{ $state }"
deed-document-added = Document added: { $document }
deed-signed = Signed: { $meaning }
deed-refused = Refused: { $move }, { $code }
deed-clock = { $clock }: { $outcome }
outcome-notified = told those concerned
outcome-moved = moved by itself
outcome-raised = raised { $number }
refused-permission_missing = permission missing
refused-permission_missing_at_site = no permission at this site
refused-four_eyes = somebody else must do it
refused-consent_scope_missing = no consent allows it
refused-labels_do_not_match = labels do not match
refused-kit_expired = the kit has expired
refused-kit_of_other_unit = the kit is of another unit
refused-collector_not_certified = the collector is not certified
refused-site_not_contracted = the site has no contract in force
refused-consent_form_not_in_force = the form is not in force
refused-consent_scope_not_offered = the form does not offer it
refused-consent_already_given = another consent is in force
refused-consent_after_collection = consent signed after the collection
refused-document_missing = a document is missing
refused-signature_missing = a signature is missing
refused-record_field_missing = something is not filled in
refused-reason_missing = the reason is missing
refused-move_not_allowed = not possible from this state
refused-move_condition_not_met = the condition is not met
failure-signed_record_changed = The record was changed after it was shown to you: look at it again, then sign it. Nothing was signed.
failure-meaning_unknown = This is no meaning of a signature: use the buttons of the page.

## Administration
people-title = Accounts
people-context = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
 }
people-add = Add an account
people-add-action = Add and make a link
people-add-note = The link is shown once. Further roles are given on the account's page.
account-state = State
account-own = This is your own account: another administrator changes it.
account-end = End the account
account-end-why = It is signed out at once and signs in no more. What it did and signed stays; the number is never given again.
account-end-action = End { $number }
roles = Roles
roles-none = no roles
role = Role
role-give = Give
role-take = Take away
site = Site
site-every = every site
link-title = One-time link
link-hours = valid for { $hours } hours
link-how = Hand it to its owner, who chooses a password and a second factor.
link-once = It is shown this once. After you leave the page only a new one can be made.
link-why = For a first sign-in, or when a password or a phone was lost. Older links end; the new one is valid for { $hours } hours.
link-action = Make a new link
emergency-title = Take a role in an emergency
emergency-context = ends by itself after { $hours } hours
emergency-warning = It is written into the history at once, and somebody else reviews it.
emergency-warning-body = Only for when nobody can wait for the administrator.
emergency-held = Your roles now
emergency-reason = Reason
emergency-reason-hint = at least 8 characters; no names
emergency-action = Take the role
emergencies-title = Reviews of emergencies
emergencies-context = { $count ->
    [one] { $count } waits
   *[other] { $count } wait
 } for a review
emergencies-none = There were no emergencies
emergencies-reviewed = Reviewed
review-note = Result of the review
review-action = Record the result
audit-title = Audit
audit-context = the history has { $number } events
audit-action = Verify now
audit-running = Verifying
audit-running-note = It runs in the background and disturbs nobody; this page is renewed every 2 seconds.
audit-stage-chain = hashes of all events
audit-stage-rows = rows of all tables
audit-stage-search = looking for the rows that differ
audit-last = The last verification
audit-whole-without-checkpoint = Chain and rows are whole, but no checkpoint could be compared: whether the end was cut off is not known.
audit-not-whole = { $count ->
    [one] One thing is
   *[other] { $count } things are
 } not as the history says.
audit-checkpoint-held = #{ $number } holds
audit-checkpoint-missing = there is no checkpoint file
audit-checkpoint-not-checked = signatures not checked: the public key is missing
audit-events = Events
audit-rows = Rows
audit-head = Head
audit-took = Took
audit-findings = What is not whole
audit-where = Where
audit-what = What
audit-expected = Expected
audit-found = Found
audit-page-whole = All is whole: the chain, every row, and the checkpoints.
audit-page-checkpoint = Checkpoint
audit-page-more = { $count } further ones: qidai audit verify tells all.
audit-never = Not verified since this server began
audit-what-it-does = Computes the hash of every event again, every row from the history, and compares with the signed checkpoints outside the database. Writes nothing.

## Board
board-title = Figures that prove themselves
board-context = each is a named query: as of when, how many rows, which hash; anyone can compute it again
board-as-of = As of
board-action = Compute
board-day-wrong = "{ $value }" is no day; expected one such as 2021-12-31. Today is shown.
board-receipt = Receipt
board-known-at = Known at
board-again = Again
figure-name-n1 = Stored units
figure-unit-n1 = units
figure-name-n8 = Age of the bank
figure-unit-n8 = years
figure-name-n19 = Public units
figure-unit-n19 = units
figure-none = not known
figure-missing = the setting { $setting } is missing
figure-rows = { $rows } rows
figure-late = entered later: { $added } added, { $removed } removed, { $changed } changed
failure-sign_in_needed = This needs a sign-in: you are not signed in, or no longer.
failure-form_key_wrong = This form is from a session that has ended, or from another page: open the page again and send it from there. Nothing was changed.
failure-passwords_differ = The two passwords are not the same: write it twice.
failure-sign_in_too_often = There were too many attempts from your address in this minute: wait for the next one.
failure-no_page_for_role = Your account has no page of its own yet: ask the administrator for a role.
failure-demo_account_ended = The account { $staff_number } of the demonstration was ended: choose another --dir for the demonstration.
failure-unit_unknown = The bank has no unit { $number }: check the number.
failure-server_not_answering = http://{ $address }/units did not answer with a list: start qidai serve there, and give --cookie where it asks who comes.
failure-job_unknown = This version of the program knows no job '{ $kind }': run one version on all servers.
failure-unit_already_reserved = Unit { $number } is reserved already: choose another, or ask who holds it.
failure-unit_not_available = Unit { $number } cannot be reserved: it is { $status }, expected available.
failure-unit_not_reserved = Unit { $number } has no reservation that could end: it is { $status }.
failure-unit_number_ambiguous = Several units have the number { $number }, each of its own numbering: open the one you mean on its page.
failure-reserved_for_missing = Nobody is named: name the centre that the unit is kept for.
failure-reserved_for_too_long = "{ $value }" is no name of a centre: at most 120 characters on one line are expected.
failure-role_unknown = '{ $value }' is no role: choose one from the list.
failure-act_unknown = '{ $value }' is nothing that can be done with an account: use the buttons of the page.
