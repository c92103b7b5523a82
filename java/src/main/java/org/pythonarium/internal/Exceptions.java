package org.pythonarium.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.pythonarium.PythonException;
import org.pythonarium.PythonException.Details;
import org.pythonarium.PythonException.Frame;
import org.pythonarium.PythonException.Kind;
import org.pythonarium.PythonException.Position;

/** What the kernel tells of a failure, as an exception. */
final class Exceptions {

    /** What Python4J says of code that is no Python; programs look for it. */
    static final String NO_PYTHON = "Execution failed, unable to retrieve python exception.";

    private static final String INTERNAL = Exceptions.class.getPackageName() + ".";
    private static final String PYTHON = "<python>";
    private static final Set<String> UNNAMED_MODULES = Set.of("builtins", "__main__", "__mp_main__");

    private Exceptions() {}

    /**
     * Returns the exception that {@code describe} of the kernel tells of.
     *
     * @param passed what this exception was when it came through Java before, or null
     */
    static PythonException of(Map<?, ?> described, Throwable passed) {
        if (!(described.get("report") instanceof Map<?, ?> report)) {
            return new PythonException(kind(described), (String) described.get("message"));
        }
        boolean isLinked = passed != null && report.get("host") == null;
        return of(report, (String) described.get("traceback"), isLinked ? passed : cause(report));
    }

    /** Returns an exception of which only the type is known: Python could say no more. */
    static PythonException ofType(String type) {
        String message = "it was raised where Python could not describe it";
        return new PythonException(type + ": " + message, new Details(
                Kind.ERROR, type, message, List.of(), 0, List.of(), "", null, null, List.of()), null);
    }

    /** Returns an exception of a chain, or of a group. */
    private static PythonException linked(Map<?, ?> report) {
        return of(report, "", cause(report));
    }

    private static PythonException of(Map<?, ?> report, String traceback, Throwable cause) {
        Details details = details(report, traceback);
        PythonException exception =
                new PythonException(message(headline(report), details), details, cause);
        exception.setStackTrace(trace(details, exception.getStackTrace()));
        return exception;
    }

    private static Kind kind(Map<?, ?> data) {
        return Kind.valueOf(((String) data.get("kind")).toUpperCase(Locale.ROOT));
    }

    private static Throwable cause(Map<?, ?> report) {
        if (report.get("host") instanceof Long mark && Upcalls.marked(mark) instanceof Throwable thrown) {
            return thrown;
        }
        if (report.get("cause") instanceof Map<?, ?> cause) {
            return linked(cause);
        }
        boolean isShown = !(Boolean) report.get("suppress_context");
        return isShown && report.get("context") instanceof Map<?, ?> context ? linked(context) : null;
    }

    private static Details details(Map<?, ?> report, String traceback) {
        return new Details(
                kind(report),
                (String) report.get("type_name"),
                (String) report.get("message"),
                frames(report),
                number(report.get("omitted")),
                ((List<?>) report.get("notes")).stream().map(String.class::cast).toList(),
                traceback,
                report.get("syntax") instanceof Map<?, ?> syntax ? position(syntax) : null,
                report.get("exit_code") instanceof Number code ? (Integer) code.intValue() : null,
                ((List<?>) report.get("errors")).stream()
                        .map(member -> linked((Map<?, ?>) member)).toList());
    }

    private static List<Frame> frames(Map<?, ?> report) {
        List<Frame> frames = new ArrayList<>();
        for (Object frame : (List<?>) report.get("frames")) {
            List<?> facts = (List<?>) frame;
            frames.add(new Frame(
                    (String) facts.get(0), number(facts.get(1)), (String) facts.get(2),
                    (String) facts.get(3), number(facts.get(4)), number(facts.get(5))));
        }
        return frames;
    }

    private static Position position(Map<?, ?> syntax) {
        return new Position(
                (String) syntax.get("file"), number(syntax.get("line")),
                number(syntax.get("column")), (String) syntax.get("text"));
    }

    private static int number(Object value) {
        return ((Long) value).intValue();
    }

    /** Returns the last line of a traceback. */
    private static String headline(Map<?, ?> report) {
        String type = (String) report.get("type_name");
        String module = (String) report.get("type_module");
        if (!UNNAMED_MODULES.contains(module)) {
            type = module + "." + type;
        }
        String message = (String) report.get("message");
        if (message.isEmpty()) {
            return type;
        }
        String hint = (String) report.get("hint");
        return type + ": " + message + (hint.isEmpty() ? "" : ". Did you mean: '" + hint + "'?");
    }

    private static String message(String headline, Details details) {
        return switch (details.kind()) {
            case SYNTAX -> details.position() == null
                    ? NO_PYTHON + "\n" + headline : syntax(headline, details.position());
            case EXIT -> details.message().isEmpty() ? headline + ": " + details.exitCode() : headline;
            default -> headline;
        };
    }

    private static String syntax(String headline, Position at) {
        String text = at.text().stripLeading();
        int caret = Math.max(0, at.column() - 1 - (at.text().length() - text.length()));
        return NO_PYTHON + "\n" + headline
                + "\n  File \"" + at.file() + "\", line " + at.line() + ", column " + at.column()
                + "\n    " + text + "\n    " + " ".repeat(caret) + "^";
    }

    /** Returns Python's frames, the innermost first, and behind them Java's from the user's on. */
    private static StackTraceElement[] trace(Details details, StackTraceElement[] java) {
        List<StackTraceElement> trace = new ArrayList<>();
        List<Frame> frames = details.frames();
        for (int i = frames.size() - 1; i >= 0; i--) {
            Frame frame = frames.get(i);
            trace.add(new StackTraceElement(PYTHON, frame.function(), frame.file(), frame.line()));
            if (details.omitted() > 0 && i == frames.size() / 2) {
                trace.add(new StackTraceElement(PYTHON, details.omitted() + " more", null, -1));
            }
        }
        boolean isUsers = false;
        for (StackTraceElement element : java) {
            isUsers |= !element.getClassName().startsWith(INTERNAL);
            if (isUsers) {
                trace.add(element);
            }
        }
        return trace.toArray(StackTraceElement[]::new);
    }
}
