"""The transparency log: what the exchange recorded, in a form that it cannot change or fork unseen.

Every exchange writes a leaf within its own transaction (`gdx/exchanges.py`). Once a minute, off the request path, the
sealer takes the leaves that are still open and appends them to one Merkle tree (RFC 6962 §2.1), kept in the public
formats of C2SP so that anybody's verifier reads it: tlog-tiles in S3, a checkpoint that is a signed note, and a
tlog-proof as the receipt that a party keeps.

    tiles.py        names of tiles, the right edge of a growing tree
    sealer.py       open leaves -> tree, in an order no crash can break
    log.py          what is published, and proofs from it
    signing_key.py  the log's own Ed25519 key
    witnesses.py    cosignatures of others
    covert.py       accesses that the law hides for a while

The formats are in `shared/`: `tlog_merkle.py` (tree hashes, inclusion and consistency), `tlog_note.py` (signed notes
and their keys), `tlog_proof.py` (the text of a receipt's proof), `tlog_key.py` (a log's own key).
`shared/tlog_verifier.py` is what a party runs offline, alone; it is published as one file.
"""
