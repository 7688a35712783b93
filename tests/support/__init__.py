"""What tests share: the local cloud, fault injection, strictness, IAM enforcement."""
