"""Pages for people: server-rendered, in four languages and two themes, working without script."""
