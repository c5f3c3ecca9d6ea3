"""Operations of the JSON interface, one room a subject: parse, call a service, render."""
