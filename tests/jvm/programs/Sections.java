import java.util.LinkedHashMap;
import java.util.Map;

/** Parts of a program that print under a title each; what one throws is printed, and the next one runs. */
final class Sections {

    /** What may throw anything. */
    interface Part {
        void run() throws Exception;
    }

    private final Map<String, Part> parts = new LinkedHashMap<>();

    Sections add(String title, Part part) {
        parts.put(title, part);
        return this;
    }

    void run() {
        parts.forEach((title, part) -> {
            System.out.println("== " + title);
            try {
                part.run();
            } catch (Exception failure) {
                System.out.println(failure);
            }
        });
    }
}
