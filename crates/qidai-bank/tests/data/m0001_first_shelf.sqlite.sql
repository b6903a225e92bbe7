PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "qidai_migration" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO qidai_migration VALUES('m0001_first_shelf',1795502289);
CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counter VALUES('history',4);
INSERT INTO counter VALUES('unit',7);
INSERT INTO counter VALUES('listed',2);
INSERT INTO counter VALUES('list',1);
CREATE TABLE history (
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    recorded_at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);
INSERT INTO history VALUES(1,'demo-1-demo_plan-1',1640952000000000,'demo','setting_changed','{"name":"demo_plan","old":null,"new":"cohort-cn-A 1, seed 1, today 2021-12-31, searchable 6, pending 0, family 1, gone 0"}');
INSERT INTO history VALUES(2,'demo-1-0-7-1',1640952000000000,'demo','units_added','{"units":7,"first_key":1,"digest":"59ae8814d9794622a34e1a9cf60058229cbd7138b688c984a3186fa58ca1e40a"}');
INSERT INTO history VALUES(3,'demo-1-demo_finished-1',1640952000000000,'demo','setting_changed','{"name":"demo_finished","old":null,"new":"yes"}');
INSERT INTO history VALUES(4,'01a20c46-b084-7427-840b-c4612d3b4c69',1795502289027889,'console:import','listed_added','{"list":"wmda","entries":2,"first_key":1,"digest":"a38bd02bb4478e0bbf845fed7d20b322822c74280a9b9327a1ef3234e4dadae6"}');
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    changed_in BIGINT NOT NULL REFERENCES history (sequence)
);
INSERT INTO setting VALUES('demo_plan','cohort-cn-A 1, seed 1, today 2021-12-31, searchable 6, pending 0, family 1, gone 0',1);
INSERT INTO setting VALUES('demo_finished','yes',3);
CREATE TABLE unit (
            unit_key INTEGER PRIMARY KEY,
            scheme TEXT NOT NULL,
            identity TEXT NOT NULL,
            bank_type TEXT NOT NULL,
            status TEXT NOT NULL,
            collection_date TEXT,
            birth_date TEXT,
            expiry_date TEXT,
            sex TEXT,
            abo TEXT,
            rhd TEXT,
            collected_tnc_total BIGINT, collected_cd34_total BIGINT, collected_cfu_gm_total BIGINT, collected_mnc_total BIGINT, collected_nrbc_total BIGINT, collected_viability_centipercent BIGINT, collected_cd34_viability_centipercent BIGINT, collected_cd45_viability_centipercent BIGINT, collected_volume_ul BIGINT, processed_tnc_total BIGINT, processed_cd34_total BIGINT, processed_cfu_gm_total BIGINT, processed_mnc_total BIGINT, processed_nrbc_total BIGINT, processed_viability_centipercent BIGINT, processed_cd34_viability_centipercent BIGINT, processed_cd45_viability_centipercent BIGINT, processed_volume_ul BIGINT, frozen_tnc_total BIGINT, frozen_cd34_total BIGINT, frozen_cfu_gm_total BIGINT, frozen_mnc_total BIGINT, frozen_nrbc_total BIGINT, frozen_viability_centipercent BIGINT, frozen_cd34_viability_centipercent BIGINT, frozen_cd45_viability_centipercent BIGINT, frozen_volume_ul BIGINT, post_thaw_tnc_total BIGINT, post_thaw_cd34_total BIGINT, post_thaw_cfu_gm_total BIGINT, post_thaw_mnc_total BIGINT, post_thaw_nrbc_total BIGINT, post_thaw_viability_centipercent BIGINT, post_thaw_cd34_viability_centipercent BIGINT, post_thaw_cd45_viability_centipercent BIGINT, post_thaw_volume_ul BIGINT, 
            cryovolume_ul BIGINT,
            rbc_depleted BOOLEAN,
            processing_method TEXT,
            attached_segments BIGINT,
            identity_confirmed BOOLEAN,
            fact_accredited BOOLEAN,
            aabb_accredited BOOLEAN,
            wmda_qualified BOOLEAN,
            idm TEXT,
            cmv TEXT,
            haemoglobinopathy TEXT,
            microbial_growth TEXT,
            record_digest BLOB NOT NULL,
            recorded_in BIGINT NOT NULL REFERENCES history (sequence),
            UNIQUE (identity, scheme)
        );
INSERT INTO unit VALUES(1,'din','Z9D0099000000','public','available','1999-01-01','1999-01-01',NULL,'F','O','+',1295000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,86400,871000000,NULL,496000,NULL,NULL,9670,NULL,NULL,40400,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,50600,0,'HES',0,NULL,0,0,0,'negative','positive',NULL,'negative',X'a7f349514125e464510581104a7dd86704716ac06a88d69a8928cdf6e4dff448',2);
INSERT INTO unit VALUES(2,'din','Z9D0012000001','public','available','2012-08-01','2012-08-01',NULL,'M','O','+',1776000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,146200,1585000000,12940000,1185000,NULL,NULL,9930,NULL,NULL,21000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,26200,1,'Sepax',2,1,0,0,0,'negative','positive','negative','negative',X'4346e538462d0ac0a4b8f4a3e68218ce3f205a81d9b485d0f06cac6c443fdafb',2);
INSERT INTO unit VALUES(3,'din','Z9D0015000002','public','available','2015-09-04','2015-09-04',NULL,'M','O','+',1561000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,131000,1421000000,4000000,752000,NULL,186000000,9840,NULL,NULL,20400,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,25500,1,'AXP',3,NULL,0,1,0,'negative','positive','negative','negative',X'980396f0929fb91c04c2db2c0d98ab5434dbb95f08547fe136830c117be5fe89',2);
INSERT INTO unit VALUES(4,'din','Z9D0016000003','public','available','2016-12-03','2016-12-03',NULL,'F','A','+',1053000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,89800,911000000,1700000,306000,NULL,NULL,9910,NULL,NULL,19700,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,24600,1,'AXP',3,NULL,0,1,0,'negative','positive','negative','negative',X'97f8519465d85a26a2c337c6fbe206e21f53a1cec8bf8295b5e15715d1d3e78d',2);
INSERT INTO unit VALUES(5,'din','Z9D0018000004','public','available','2018-03-03','2018-03-03',NULL,'M','O','+',891000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,97600,793000000,2630000,767000,NULL,NULL,9710,NULL,NULL,20900,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,26200,1,'AXP',3,NULL,0,1,1,'negative','positive','negative','negative',X'1da1243a7b7b8cb203591981cc146a42494634ebc09111bd2471c06d7d1727a6',2);
INSERT INTO unit VALUES(6,'din','Z9D0019000005','family','family_held','2019-05-28','2019-05-28',NULL,'M','O','+',1308000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,129500,1186000000,12970000,2454000,NULL,240000000,9850,NULL,NULL,20600,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,25700,1,'AXP',2,NULL,1,1,1,'negative','negative','negative','negative',X'137d217f97f3d2d52d497c2736b45103e0a4c7f7ec6cd35367caf753e84dbe4d',2);
INSERT INTO unit VALUES(7,'din','Z9D0020000006','public','available','2020-08-14','2020-08-14',NULL,'F','O','+',966000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,77000,802000000,3820000,1196000,NULL,NULL,9890,NULL,NULL,19400,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,24300,1,'AXP',2,NULL,1,1,1,'negative','positive','negative','negative',X'80dae0ef8727e86f07cfbb3ae8b6c783272c28f8a46bb89f0f967b488ec56901',2);
CREATE TABLE typing (
    unit_key BIGINT NOT NULL REFERENCES unit (unit_key),
    subject TEXT NOT NULL CHECK (subject IN ('unit', 'mother')),
    ordinal BIGINT NOT NULL,
    in_force BOOLEAN NOT NULL,
    written TEXT NOT NULL,
    method TEXT,
    release TEXT,
    typed_on TEXT,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence),
    PRIMARY KEY (unit_key, subject, ordinal)
) WITHOUT ROWID;
INSERT INTO typing VALUES(1,'unit',1,1,'A*11:XX+A*30:XX^B*13:XX+B*35:XX^DRB1*12:01/DRB1*12:02+DRB1*07:01/DRB1*07:03','SSP',NULL,'1999-02-13',2);
INSERT INTO typing VALUES(2,'unit',1,0,'A*02:07+A*02:01^B*27:04+B*40:06^DRB1*04:03+DRB1*15:01','SBT',NULL,'2012-09-25',2);
INSERT INTO typing VALUES(2,'unit',2,1,'A*02:07+A*02:01^B*40:06+B*27:04^C*12:02+C*01:03^DRB1*15:01+DRB1*04:03^DQB1*03:01+DQB1*06:02','NGS',NULL,'2017-07-31',2);
INSERT INTO typing VALUES(3,'mother',1,1,'A*11:01+A*02:01^B*51:01+B*40:02^DRB1*13:01+DRB1*04:03','SBT',NULL,'2015-09-19',2);
INSERT INTO typing VALUES(3,'unit',1,1,'A*11:01+A*11:01^B*40:02+B*40:02^DRB1*13:01+DRB1*12:02','SBT',NULL,'2015-09-19',2);
INSERT INTO typing VALUES(4,'unit',1,1,'A*03:01/A*03:02/A*03:08+A*02:01^B*15:27+B*27:05^C*04:01+C*02:02^DRB1*15:01+DRB1*11:01^DQB1*06:02+DQB1*03:01','SSO',NULL,'2017-01-21',2);
INSERT INTO typing VALUES(5,'mother',1,1,'A*33:01/A*33:03+A*03:01^B*58:01+B*07:02^C*03:02+C*07:02^DRB1*03:01+DRB1*15:01/DRB1*15:02/DRB1*15:04^DQB1*05:01+DQB1*02:01','SSO',NULL,'2018-04-05',2);
INSERT INTO typing VALUES(5,'unit',1,1,'A*03:01+A*02:06/A*02:07/A*02:08^B*46:01+B*07:02^C*07:02+C*01:02^DRB1*15:02+DRB1*14:54^DQB1*05:01+DQB1*05:02','SSO',NULL,'2018-04-05',2);
INSERT INTO typing VALUES(7,'unit',1,1,'A*02:01+A*02:01^B*13:01+B*46:01^C*01:02+C*03:04^DRB1*15:01+DRB1*16:02^DQB1*06:01+DQB1*05:02','NGS',NULL,'2020-10-08',2);
CREATE TABLE external_list (
    list_key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    recorded_in BIGINT NOT NULL REFERENCES history (sequence)
);
INSERT INTO external_list VALUES(1,'wmda',4);
CREATE TABLE listed (
            listed_key INTEGER PRIMARY KEY,
            list_key BIGINT NOT NULL REFERENCES external_list (list_key),
            id TEXT NOT NULL,
            hla_written TEXT NOT NULL,
            hla_method TEXT,
            hla_release TEXT,
            hla_typed_on TEXT,
            collection_date TEXT,
            birth_date TEXT,
            sex TEXT,
            abo TEXT,
            rhd TEXT,
            collected_tnc_total BIGINT, collected_cd34_total BIGINT, collected_cfu_gm_total BIGINT, collected_mnc_total BIGINT, collected_nrbc_total BIGINT, collected_viability_centipercent BIGINT, collected_cd34_viability_centipercent BIGINT, collected_cd45_viability_centipercent BIGINT, collected_volume_ul BIGINT, processed_tnc_total BIGINT, processed_cd34_total BIGINT, processed_cfu_gm_total BIGINT, processed_mnc_total BIGINT, processed_nrbc_total BIGINT, processed_viability_centipercent BIGINT, processed_cd34_viability_centipercent BIGINT, processed_cd45_viability_centipercent BIGINT, processed_volume_ul BIGINT, frozen_tnc_total BIGINT, frozen_cd34_total BIGINT, frozen_cfu_gm_total BIGINT, frozen_mnc_total BIGINT, frozen_nrbc_total BIGINT, frozen_viability_centipercent BIGINT, frozen_cd34_viability_centipercent BIGINT, frozen_cd45_viability_centipercent BIGINT, frozen_volume_ul BIGINT, post_thaw_tnc_total BIGINT, post_thaw_cd34_total BIGINT, post_thaw_cfu_gm_total BIGINT, post_thaw_mnc_total BIGINT, post_thaw_nrbc_total BIGINT, post_thaw_viability_centipercent BIGINT, post_thaw_cd34_viability_centipercent BIGINT, post_thaw_cd45_viability_centipercent BIGINT, post_thaw_volume_ul BIGINT, 
            mother_hla_written TEXT,
            mother_hla_method TEXT,
            mother_hla_release TEXT,
            mother_hla_typed_on TEXT,
            record_digest BLOB NOT NULL,
            recorded_in BIGINT NOT NULL REFERENCES history (sequence),
            UNIQUE (id, list_key)
        );
INSERT INTO listed VALUES(1,1,'D1','HLA-A*02:01+HLA-A*11:01',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,X'75f9b44e42a6a32fce4ebb1ce08d0d79716fa87b0665e42d2430f93144b218b4',4);
INSERT INTO listed VALUES(2,1,'D2','HLA-A*02:01+HLA-A*24:02',NULL,NULL,NULL,'2019-01-02',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,900000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,X'6a2c5c83de73ef2a389d4029179b090a89091b9f872ee7edd33295acc5454129',4);
COMMIT;
