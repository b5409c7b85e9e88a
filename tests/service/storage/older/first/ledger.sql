BEGIN TRANSACTION;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE,
    started TEXT NOT NULL,
    finished TEXT,
    outcome TEXT CHECK (outcome IN ('committed', 'rejected', 'skipped', 'failed', 'interrupted')),
    record TEXT NOT NULL CHECK (json_valid(record)),
    CHECK ((finished IS NULL) = (outcome IS NULL))
) STRICT;
INSERT INTO "runs" VALUES(1,'20261123T175717Z-30814b','2026-11-23T17:57:17.450130+00:00','2026-11-23T17:57:19.321508+00:00','committed','{"run": "20261123T175717Z-30814b", "outcome": "committed", "reason": "the first model: better than an order-2 n-gram, 1.166 bits per character against 1.396", "lines": {"new": 400, "train": 324, "holdout": 40}, "bits_per_char": {"champion": null, "challenger": 1.1655577730953675, "ngram": 0.2901428230087662, "order2": 1.3955009445163893}, "gain": {"mean": 0.2299431714210219, "low": 0.21252367326313507, "high": 0.2471562101883279}, "parameters": 4768, "weights_bytes": 10508, "commit": "16c07839dd0575baf8d739fff8ed3e030d3ee836", "pushed": null, "seconds": {"pull": 0.015, "train": 1.018, "encode": 0.353, "score": 0.335, "gate": 0.004, "commit": 0.043}, "tokens_per_second": 22633, "trainings": [{"start": "fresh", "tokens": 23040, "best_tokens": 23040, "validation": 1.1815241063966953, "restarts": 0}], "loss_curve": [[0, 4.85798086824029, 4.85798086824029], [1536, 4.857980868240292, 4.619837634046739], [3072, 4.616878062618544, 4.335326833910157], [4608, 4.33413402864874, 4.009540113850077], [6144, 4.0081709236715195, 3.657776440358329], [7680, 3.6518978155110275, 3.296003374766443], [9216, 3.2938911329231417, 2.9370641398822213], [10752, 2.9491576311238097, 2.5915281363031033], [12288, 2.6094880179249444, 2.268253872798602], [13824, 2.281951572328299, 1.975730900754464], [15360, 1.9928793254682153, 1.715718401132628], [16896, 1.7465300607035679, 1.488229302205646], [18432, 1.5094893067599193, 1.336150535662997], [19968, 1.3646369846907467, 1.2414752415586572], [21504, 1.265611414266347, 1.1921286631143464], [23040, 1.2217774701276594, 1.1815241063966953]], "problems": [], "newest_line": 400, "seen": {"1": 360}}');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',1);
COMMIT;
PRAGMA user_version = 1;
