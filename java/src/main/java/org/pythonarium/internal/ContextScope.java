package org.pythonarium.internal;

import org.pythonarium.PythonException;

/** A context that is current until its scope closes, in the thread that opened it. */
public final class ContextScope {

    private final Attachment attachment;
    private final String name;
    private final String before;
    private final boolean isTemporary;

    private ContextScope(Attachment attachment, String name, boolean isTemporary) {
        this.attachment = attachment;
        this.name = name;
        this.before = attachment.context.name;
        this.isTemporary = isTemporary;
    }

    /** Enters a context; a temporary one is deleted at the end. */
    public static ContextScope enter(String name, boolean isTemporary) {
        String checked = Contexts.checked(name);
        return Launcher.main().call(attachment -> {
            ContextScope scope = new ContextScope(attachment, checked, isTemporary);
            Contexts.enter(attachment, checked);
            attachment.scopes.push(scope);
            return scope;
        });
    }

    /** Returns the context's name. */
    public String name() {
        return name;
    }

    /** Makes the former context current again; the second time it does nothing. */
    public void close() {
        attachment.interpreter.call(current -> {
            if (attachment.scopes.contains(this)) {
                check(current);
                attachment.scopes.pop();
                leave();
            }
            return null;
        });
    }

    private void check(Attachment current) {
        if (current != attachment) {
            throw new PythonException(
                    "context '" + name + "' was entered by " + attachment + "; close it there");
        }
        if (attachment.scopes.peek() != this) {
            throw new PythonException("contexts close in the reverse order of their opening: first close '"
                    + attachment.scopes.peek().name + "'");
        }
    }

    private void leave() {
        Contexts.enter(attachment, before);
        if (isTemporary) {
            Contexts.delete(attachment, name);
        }
    }
}
