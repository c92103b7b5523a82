package org.pythonarium.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Date;

/** Values of java.time, to Python: exact, or refused. */
final class Times {

    private static final int NANOS_PER_MICRO = 1_000;
    private static final long SECONDS_PER_DAY = ChronoUnit.DAYS.getDuration().toSeconds();

    private Times() {}

    /** Returns a new reference, or 0 where the value is no time. */
    static long toPython(Attachment attachment, Object value) {
        if (value instanceof LocalDate date) {
            return Forms.make(attachment, date, "date",
                    date.getYear(), date.getMonthValue(), date.getDayOfMonth());
        }
        if (value instanceof LocalTime time) {
            return time(attachment, value, time, null);
        }
        if (value instanceof OffsetTime time) {
            return time(attachment, value, time.toLocalTime(), time.getOffset());
        }
        if (value instanceof Duration duration) {
            return duration(attachment, duration);
        }
        if (value instanceof ZoneId zone) {
            boolean isFixed = zone.normalized() instanceof ZoneOffset;
            return Forms.make(attachment, value, "zone", region(zone),
                    isFixed ? seconds((ZoneOffset) zone.normalized()) : null);
        }
        return moment(attachment, value);
    }

    private static long moment(Attachment attachment, Object value) {
        if (value instanceof LocalDateTime time) {
            return dateTime(attachment, value, time, null, null);
        }
        if (value instanceof OffsetDateTime time) {
            return dateTime(attachment, value, time.toLocalDateTime(), null, time.getOffset());
        }
        if (value instanceof ZonedDateTime time) {
            return dateTime(attachment, value, time.toLocalDateTime(), time.getZone(), time.getOffset());
        }
        if (value instanceof Instant instant) {
            return instant(attachment, value, instant);
        }
        if (value instanceof Date date && hasInstant(date)) {
            return instant(attachment, value, date.toInstant());
        }
        return 0;
    }

    /** Tells whether it is a moment: of the two in java.sql that are none, neither has an instant. */
    private static boolean hasInstant(Date date) {
        String name = date.getClass().getName();
        return !name.equals("java.sql.Date") && !name.equals("java.sql.Time");
    }

    private static long instant(Attachment attachment, Object value, Instant instant) {
        try {
            return dateTime(attachment, value,
                    LocalDateTime.ofInstant(instant, ZoneOffset.UTC), null, ZoneOffset.UTC);
        } catch (java.time.DateTimeException beyond) {
            throw new Refusal("the Instant " + instant.getEpochSecond() + " s after 1970, a year that"
                    + " Python does not have,");
        }
    }

    private static long time(Attachment attachment, Object value, LocalTime time, ZoneOffset offset) {
        return Forms.make(attachment, value, "time", time.getHour(), time.getMinute(),
                time.getSecond(), micros(value, time.getNano()), seconds(offset));
    }

    private static long dateTime(
            Attachment attachment, Object value, LocalDateTime time, ZoneId zone, ZoneOffset offset) {
        return Forms.make(attachment, value, "datetime",
                time.getYear(), time.getMonthValue(), time.getDayOfMonth(),
                time.getHour(), time.getMinute(), time.getSecond(), micros(value, time.getNano()),
                region(zone), seconds(offset));
    }

    private static long duration(Attachment attachment, Duration duration) {
        return Forms.make(attachment, duration, "timedelta",
                Math.floorDiv(duration.getSeconds(), SECONDS_PER_DAY),
                Math.floorMod(duration.getSeconds(), SECONDS_PER_DAY),
                micros(duration, duration.getNano()));
    }

    /** Returns the key of a zone with rules; one that is always the same is an offset. */
    private static String region(ZoneId zone) {
        return zone == null || zone.normalized() instanceof ZoneOffset ? null : zone.getId();
    }

    private static Integer seconds(ZoneOffset offset) {
        return offset == null ? null : (Integer) offset.getTotalSeconds();
    }

    private static int micros(Object value, int nanos) {
        if (nanos % NANOS_PER_MICRO != 0) {
            throw new Refusal("a " + value.getClass().getSimpleName() + " with " + nanos
                    + " nanoseconds", "Python has whole microseconds: use truncatedTo(ChronoUnit.MICROS)");
        }
        return nanos / NANOS_PER_MICRO;
    }
}
