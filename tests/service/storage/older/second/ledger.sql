BEGIN TRANSACTION;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    finished TEXT,
    outcome TEXT CHECK (outcome IN ('committed', 'rejected', 'skipped', 'failed', 'interrupted')),
    record TEXT NOT NULL CHECK (json_valid(record)), slot TEXT, attempt INTEGER CHECK ((slot IS NULL) = (attempt IS NULL)),
    CHECK ((finished IS NULL) = (outcome IS NULL))
) STRICT;
INSERT INTO "runs" VALUES(1,'20261123T175725Z-5115ce','2026-11-23T17:57:25.010649+00:00','2026-11-23T17:57:28.201902+00:00','committed','{"run": "20261123T175725Z-5115ce", "outcome": "committed", "reason": "the first model: better than an order-2 n-gram, 1.166 bits per character against 1.396", "lines": {"new": 400, "train": 324, "holdout": 40}, "bits_per_char": {"champion": null, "challenger": 1.1655577730953675, "ngram": 0.2901428230087662, "order2": 1.3955009445163893}, "gain": {"mean": 0.2299431714210219, "low": 0.2114202832022095, "high": 0.24904587878359827}, "parameters": 4768, "weights_bytes": 10420, "commit": "1fc23a5ca81a6ca71b00f8696c961f06424f2480", "pushed": null, "seconds": {"pull": 0.017, "site": 0.414, "train": 0.919, "encode": 0.211, "score": 0.174, "gate": 0.017, "commit": 1.037}, "tokens_per_second": 25071, "trainings": [{"start": "fresh", "tokens": 23040, "best_tokens": 23040, "validation": 1.1815241063966953, "diverged": false, "restarts": 0}], "loss_curve": [[0, 4.85798086824029, 4.85798086824029], [1536, 4.857980868240292, 4.619837634046739], [3072, 4.616878062618544, 4.335326833910157], [4608, 4.33413402864874, 4.009540113850077], [6144, 4.0081709236715195, 3.657776440358329], [7680, 3.6518978155110275, 3.296003374766443], [9216, 3.2938911329231417, 2.9370641398822213], [10752, 2.9491576311238097, 2.5915281363031033], [12288, 2.6094880179249444, 2.268253872798602], [13824, 2.281951572328299, 1.975730900754464], [15360, 1.9928793254682153, 1.715718401132628], [16896, 1.7465300607035679, 1.488229302205646], [18432, 1.5094893067599193, 1.336150535662997], [19968, 1.3646369846907467, 1.2414752415586572], [21504, 1.265611414266347, 1.1921286631143464], [23040, 1.2217774701276594, 1.1815241063966953]], "problems": [], "newest_line": 400, "seen": {"1": 360}, "settings": {"preset": "seed", "training": {"tokens": 20000, "minutes": 30.0, "seed": 0}}}',NULL,NULL);
CREATE UNIQUE INDEX runs_by_slot ON runs (slot, attempt) WHERE slot IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',1);
COMMIT;
PRAGMA user_version = 2;
