package org.pythonarium.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.UUID;

/** Makes values of the forms that {@code pythonarium_kernel.forms} lists. */
final class FormReader {

    private static final int NANOS_PER_MICRO = 1_000;

    private FormReader() {}

    /**
     * Returns the value of a form.
     *
     * @param form the kind, then the parts
     * @throws Refusal if Java has no such value
     */
    static Object read(String kind, List<Object> form) {
        try {
            switch (kind) {
                case "bytes":
                    return form.get(1);
                case "integer":
                    return new BigInteger((byte[]) form.get(1));
                case "decimal":
                    return new BigDecimal((String) form.get(1));
                case "uuid":
                    return UUID.fromString((String) form.get(1));
                case "path":
                    return Path.of((String) form.get(1));
                case "range":
                    return new Range((Long) form.get(1), (Long) form.get(2), number(form, 3));
                case "refused":
                    throw Refusal.toJava((String) form.get(1));
                default:
                    return time(kind, form);
            }
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException failure) {
            throw Refusal.toJava("a " + kind + " that Java does not have (" + failure.getMessage() + ")");
        }
    }

    private static Object time(String kind, List<Object> form) {
        switch (kind) {
            case "date":
                return date(form);
            case "time":
                LocalTime time = clock(form, 1);
                return form.get(5) == null ? time : time.atOffset(offset(form, 5));
            case "datetime":
                return dateTime(form);
            case "timedelta":
                return Duration.ofDays((Long) form.get(1)).plusSeconds((Long) form.get(2))
                        .plusNanos((Long) form.get(3) * NANOS_PER_MICRO);
            case "zone":
                return form.get(1) == null ? offset(form, 2) : ZoneId.of((String) form.get(1));
            default:
                throw new IllegalStateException("a form of the unknown kind " + kind);
        }
    }

    private static int number(List<Object> form, int index) {
        return Math.toIntExact((Long) form.get(index));
    }

    private static ZoneOffset offset(List<Object> form, int index) {
        return ZoneOffset.ofTotalSeconds(number(form, index));
    }

    private static LocalDate date(List<Object> form) {
        return LocalDate.of(number(form, 1), number(form, 2), number(form, 3));
    }

    private static LocalTime clock(List<Object> form, int from) {
        return LocalTime.of(number(form, from), number(form, from + 1),
                number(form, from + 2), number(form, from + 3) * NANOS_PER_MICRO);
    }

    private static Object dateTime(List<Object> form) {
        LocalDateTime time = date(form).atTime(clock(form, 4));
        if (form.get(8) != null) {
            return ZonedDateTime.ofStrict(time, offset(form, 9), ZoneId.of((String) form.get(8)));
        }
        return form.get(9) == null ? time : time.atOffset(offset(form, 9));
    }

    /** What a range is in Java: its numbers, made when they are asked for. */
    private static final class Range extends AbstractList<Long> implements RandomAccess {

        private final long start;
        private final long step;
        private final int size;

        Range(long start, long step, int size) {
            this.start = start;
            this.step = step;
            this.size = size;
        }

        @Override
        public Long get(int index) {
            return start + step * java.util.Objects.checkIndex(index, size);
        }

        @Override
        public int size() {
            return size;
        }
    }
}
