CREATE TABLE public.counter (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE TABLE public.external_list (
    list_key bigint NOT NULL,
    name text NOT NULL,
    recorded_in bigint NOT NULL
);
CREATE TABLE public.history (
    sequence bigint NOT NULL,
    event_id text NOT NULL,
    recorded_at_us bigint NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL
);
CREATE TABLE public.listed (
    listed_key bigint NOT NULL,
    list_key bigint NOT NULL,
    id text NOT NULL,
    hla_written text NOT NULL,
    hla_method text,
    hla_release text,
    hla_typed_on text,
    collection_date text,
    birth_date text,
    sex text,
    abo text,
    rhd text,
    collected_tnc_total bigint,
    collected_cd34_total bigint,
    collected_cfu_gm_total bigint,
    collected_mnc_total bigint,
    collected_nrbc_total bigint,
    collected_viability_centipercent bigint,
    collected_cd34_viability_centipercent bigint,
    collected_cd45_viability_centipercent bigint,
    collected_volume_ul bigint,
    processed_tnc_total bigint,
    processed_cd34_total bigint,
    processed_cfu_gm_total bigint,
    processed_mnc_total bigint,
    processed_nrbc_total bigint,
    processed_viability_centipercent bigint,
    processed_cd34_viability_centipercent bigint,
    processed_cd45_viability_centipercent bigint,
    processed_volume_ul bigint,
    frozen_tnc_total bigint,
    frozen_cd34_total bigint,
    frozen_cfu_gm_total bigint,
    frozen_mnc_total bigint,
    frozen_nrbc_total bigint,
    frozen_viability_centipercent bigint,
    frozen_cd34_viability_centipercent bigint,
    frozen_cd45_viability_centipercent bigint,
    frozen_volume_ul bigint,
    post_thaw_tnc_total bigint,
    post_thaw_cd34_total bigint,
    post_thaw_cfu_gm_total bigint,
    post_thaw_mnc_total bigint,
    post_thaw_nrbc_total bigint,
    post_thaw_viability_centipercent bigint,
    post_thaw_cd34_viability_centipercent bigint,
    post_thaw_cd45_viability_centipercent bigint,
    post_thaw_volume_ul bigint,
    mother_hla_written text,
    mother_hla_method text,
    mother_hla_release text,
    mother_hla_typed_on text,
    record_digest bytea NOT NULL,
    recorded_in bigint NOT NULL
);
CREATE TABLE public.qidai_migration (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.setting (
    name text NOT NULL,
    value text NOT NULL,
    changed_in bigint NOT NULL
);
CREATE TABLE public.typing (
    unit_key bigint NOT NULL,
    subject text NOT NULL,
    ordinal bigint NOT NULL,
    in_force boolean NOT NULL,
    written text NOT NULL,
    method text,
    release text,
    typed_on text,
    recorded_in bigint NOT NULL,
    CONSTRAINT typing_subject_check CHECK ((subject = ANY (ARRAY['unit'::text, 'mother'::text])))
);
CREATE TABLE public.unit (
    unit_key bigint NOT NULL,
    scheme text NOT NULL,
    identity text NOT NULL,
    bank_type text NOT NULL,
    status text NOT NULL,
    collection_date text,
    birth_date text,
    expiry_date text,
    sex text,
    abo text,
    rhd text,
    collected_tnc_total bigint,
    collected_cd34_total bigint,
    collected_cfu_gm_total bigint,
    collected_mnc_total bigint,
    collected_nrbc_total bigint,
    collected_viability_centipercent bigint,
    collected_cd34_viability_centipercent bigint,
    collected_cd45_viability_centipercent bigint,
    collected_volume_ul bigint,
    processed_tnc_total bigint,
    processed_cd34_total bigint,
    processed_cfu_gm_total bigint,
    processed_mnc_total bigint,
    processed_nrbc_total bigint,
    processed_viability_centipercent bigint,
    processed_cd34_viability_centipercent bigint,
    processed_cd45_viability_centipercent bigint,
    processed_volume_ul bigint,
    frozen_tnc_total bigint,
    frozen_cd34_total bigint,
    frozen_cfu_gm_total bigint,
    frozen_mnc_total bigint,
    frozen_nrbc_total bigint,
    frozen_viability_centipercent bigint,
    frozen_cd34_viability_centipercent bigint,
    frozen_cd45_viability_centipercent bigint,
    frozen_volume_ul bigint,
    post_thaw_tnc_total bigint,
    post_thaw_cd34_total bigint,
    post_thaw_cfu_gm_total bigint,
    post_thaw_mnc_total bigint,
    post_thaw_nrbc_total bigint,
    post_thaw_viability_centipercent bigint,
    post_thaw_cd34_viability_centipercent bigint,
    post_thaw_cd45_viability_centipercent bigint,
    post_thaw_volume_ul bigint,
    cryovolume_ul bigint,
    rbc_depleted boolean,
    processing_method text,
    attached_segments bigint,
    identity_confirmed boolean,
    fact_accredited boolean,
    aabb_accredited boolean,
    wmda_qualified boolean,
    idm text,
    cmv text,
    haemoglobinopathy text,
    microbial_growth text,
    record_digest bytea NOT NULL,
    recorded_in bigint NOT NULL
);
INSERT INTO public.counter VALUES ('unit', 7);
INSERT INTO public.counter VALUES ('listed', 2);
INSERT INTO public.counter VALUES ('history', 2);
INSERT INTO public.counter VALUES ('list', 1);
INSERT INTO public.external_list VALUES (1, 'wmda', 2);
INSERT INTO public.history VALUES (1, '01a20c70-ca45-739d-b290-8edb4f337cd2', 1795505048132345, 'console:import', 'units_added', '{"units":7,"first_key":1,"digest":"f57ab626b5b9764214eb7ecb9067fefd0d9accf401aadb5741b4fdd1d3fd5f2b"}');
INSERT INTO public.history VALUES (2, '01a20c70-ca7f-70c7-8980-49618990f041', 1795505048190465, 'console:import', 'listed_added', '{"list":"wmda","entries":2,"first_key":1,"digest":"a38bd02bb4478e0bbf845fed7d20b322822c74280a9b9327a1ef3234e4dadae6"}');
INSERT INTO public.listed VALUES (1, 1, 'D1', 'HLA-A*02:01+HLA-A*11:01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x75f9b44e42a6a32fce4ebb1ce08d0d79716fa87b0665e42d2430f93144b218b4', 2);
INSERT INTO public.listed VALUES (2, 1, 'D2', 'HLA-A*02:01+HLA-A*24:02', NULL, NULL, NULL, '2019-01-02', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 900000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\x6a2c5c83de73ef2a389d4029179b090a89091b9f872ee7edd33295acc5454129', 2);
INSERT INTO public.qidai_migration VALUES ('m0001_first_shelf', 1795505048);
INSERT INTO public.typing VALUES (1, 'unit', 1, true, 'A*11:XX+A*30:XX^B*13:XX+B*35:XX^DRB1*12:01/DRB1*12:02+DRB1*07:01/DRB1*07:03', 'SSP', NULL, '1999-02-13', 1);
INSERT INTO public.typing VALUES (2, 'unit', 1, true, 'A*02:07+A*02:01^B*40:06+B*27:04^C*12:02+C*01:03^DRB1*15:01+DRB1*04:03^DQB1*03:01+DQB1*06:02', 'NGS', NULL, '2017-07-31', 1);
INSERT INTO public.typing VALUES (3, 'unit', 1, true, 'A*11:01+A*11:01^B*40:02+B*40:02^DRB1*13:01+DRB1*12:02', 'SBT', NULL, '2015-09-19', 1);
INSERT INTO public.typing VALUES (3, 'mother', 1, true, 'A*11:01+A*02:01^B*51:01+B*40:02^DRB1*13:01+DRB1*04:03', 'SBT', NULL, '2015-09-19', 1);
INSERT INTO public.typing VALUES (4, 'unit', 1, true, 'A*03:01/A*03:02/A*03:08+A*02:01^B*15:27+B*27:05^C*04:01+C*02:02^DRB1*15:01+DRB1*11:01^DQB1*06:02+DQB1*03:01', 'SSO', NULL, '2017-01-21', 1);
INSERT INTO public.typing VALUES (5, 'unit', 1, true, 'A*03:01+A*02:06/A*02:07/A*02:08^B*46:01+B*07:02^C*07:02+C*01:02^DRB1*15:02+DRB1*14:54^DQB1*05:01+DQB1*05:02', 'SSO', NULL, '2018-04-05', 1);
INSERT INTO public.typing VALUES (5, 'mother', 1, true, 'A*33:01/A*33:03+A*03:01^B*58:01+B*07:02^C*03:02+C*07:02^DRB1*03:01+DRB1*15:01/DRB1*15:02/DRB1*15:04^DQB1*05:01+DQB1*02:01', 'SSO', NULL, '2018-04-05', 1);
INSERT INTO public.typing VALUES (7, 'unit', 1, true, 'A*02:01+A*02:01^B*13:01+B*46:01^C*01:02+C*03:04^DRB1*15:01+DRB1*16:02^DQB1*06:01+DQB1*05:02', 'NGS', NULL, '2020-10-08', 1);
INSERT INTO public.unit VALUES (1, 'din', 'Z9D0099000000', 'public', 'available', '1999-01-01', '1999-01-01', NULL, 'F', 'O', '+', 1295000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 86400, 871000000, NULL, 496000, NULL, NULL, 9670, NULL, NULL, 40400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 50600, false, 'HES', 0, NULL, false, false, false, 'negative', 'positive', NULL, 'negative', '\xa7f349514125e464510581104a7dd86704716ac06a88d69a8928cdf6e4dff448', 1);
INSERT INTO public.unit VALUES (2, 'din', 'Z9D0012000001', 'public', 'available', '2012-08-01', '2012-08-01', NULL, 'M', 'O', '+', 1776000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 146200, 1585000000, 12940000, 1185000, NULL, NULL, 9930, NULL, NULL, 21000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 26200, true, 'Sepax', 2, true, false, false, false, 'negative', 'positive', 'negative', 'negative', '\x60b311305ae49c0d4678bbe2fd92dab4c3c8340ba6103e292b6f6b22283d64f0', 1);
INSERT INTO public.unit VALUES (3, 'din', 'Z9D0015000002', 'public', 'available', '2015-09-04', '2015-09-04', NULL, 'M', 'O', '+', 1561000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 131000, 1421000000, 4000000, 752000, NULL, 186000000, 9840, NULL, NULL, 20400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 25500, true, 'AXP', 3, NULL, false, true, false, 'negative', 'positive', 'negative', 'negative', '\x980396f0929fb91c04c2db2c0d98ab5434dbb95f08547fe136830c117be5fe89', 1);
INSERT INTO public.unit VALUES (4, 'din', 'Z9D0016000003', 'public', 'available', '2016-12-03', '2016-12-03', NULL, 'F', 'A', '+', 1053000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 89800, 911000000, 1700000, 306000, NULL, NULL, 9910, NULL, NULL, 19700, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 24600, true, 'AXP', 3, NULL, false, true, false, 'negative', 'positive', 'negative', 'negative', '\x97f8519465d85a26a2c337c6fbe206e21f53a1cec8bf8295b5e15715d1d3e78d', 1);
INSERT INTO public.unit VALUES (5, 'din', 'Z9D0018000004', 'public', 'available', '2018-03-03', '2018-03-03', NULL, 'M', 'O', '+', 891000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 97600, 793000000, 2630000, 767000, NULL, NULL, 9710, NULL, NULL, 20900, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 26200, true, 'AXP', 3, NULL, false, true, true, 'negative', 'positive', 'negative', 'negative', '\x1da1243a7b7b8cb203591981cc146a42494634ebc09111bd2471c06d7d1727a6', 1);
INSERT INTO public.unit VALUES (6, 'din', 'Z9D0019000005', 'family', 'family_held', '2019-05-28', '2019-05-28', NULL, 'M', 'O', '+', 1308000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 129500, 1186000000, 12970000, 2454000, NULL, 240000000, 9850, NULL, NULL, 20600, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 25700, true, 'AXP', 2, NULL, true, true, true, 'negative', 'negative', 'negative', 'negative', '\x137d217f97f3d2d52d497c2736b45103e0a4c7f7ec6cd35367caf753e84dbe4d', 1);
INSERT INTO public.unit VALUES (7, 'din', 'Z9D0020000006', 'public', 'available', '2020-08-14', '2020-08-14', NULL, 'F', 'O', '+', 966000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 77000, 802000000, 3820000, 1196000, NULL, NULL, 9890, NULL, NULL, 19400, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 24300, true, 'AXP', 2, NULL, true, true, true, 'negative', 'positive', 'negative', 'negative', '\x80dae0ef8727e86f07cfbb3ae8b6c783272c28f8a46bb89f0f967b488ec56901', 1);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.external_list
    ADD CONSTRAINT external_list_name_key UNIQUE (name);
ALTER TABLE ONLY public.external_list
    ADD CONSTRAINT external_list_pkey PRIMARY KEY (list_key);
ALTER TABLE ONLY public.history
    ADD CONSTRAINT history_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY public.history
    ADD CONSTRAINT history_pkey PRIMARY KEY (sequence);
ALTER TABLE ONLY public.listed
    ADD CONSTRAINT listed_id_list_key_key UNIQUE (id, list_key);
ALTER TABLE ONLY public.listed
    ADD CONSTRAINT listed_pkey PRIMARY KEY (listed_key);
ALTER TABLE ONLY public.qidai_migration
    ADD CONSTRAINT qidai_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.typing
    ADD CONSTRAINT typing_pkey PRIMARY KEY (unit_key, subject, ordinal);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_identity_scheme_key UNIQUE (identity, scheme);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_pkey PRIMARY KEY (unit_key);
ALTER TABLE ONLY public.external_list
    ADD CONSTRAINT external_list_recorded_in_fkey FOREIGN KEY (recorded_in) REFERENCES public.history(sequence);
ALTER TABLE ONLY public.listed
    ADD CONSTRAINT listed_list_key_fkey FOREIGN KEY (list_key) REFERENCES public.external_list(list_key);
ALTER TABLE ONLY public.listed
    ADD CONSTRAINT listed_recorded_in_fkey FOREIGN KEY (recorded_in) REFERENCES public.history(sequence);
ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_changed_in_fkey FOREIGN KEY (changed_in) REFERENCES public.history(sequence);
ALTER TABLE ONLY public.typing
    ADD CONSTRAINT typing_recorded_in_fkey FOREIGN KEY (recorded_in) REFERENCES public.history(sequence);
ALTER TABLE ONLY public.typing
    ADD CONSTRAINT typing_unit_key_fkey FOREIGN KEY (unit_key) REFERENCES public.unit(unit_key);
ALTER TABLE ONLY public.unit
    ADD CONSTRAINT unit_recorded_in_fkey FOREIGN KEY (recorded_in) REFERENCES public.history(sequence);
