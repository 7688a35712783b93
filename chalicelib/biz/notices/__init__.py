"""What people are told, by which channel, and the proof that they were.

A step of a case becomes a letter in the inbox and, where the person chose so and confirmed an address, an e-mail and an
SMS. Every one of them has a row of proof, claimed before it is sent.

    letters    the consumer of biz-events: which step is told, and the papers for the wallet
    service    one notice by all its channels     proofs    the state of one of them, pure
    contacts   a person's choice and addresses    feedback  what SES tells afterwards
    templates  the words, with lint and sms (how many segments they take)
"""
