package org.pythonarium.life;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;

/** Loads the product from a jar within a jar, as the launchers of some frameworks do, and runs a script. */
final class NestedJarProgram {

    private NestedJarProgram() {}

    /** Arguments: the outer jar, the name of the inner one, a script. */
    public static void main(String[] arguments) throws Exception {
        ClassLoader loader = new Loader(Path.of(arguments[0]), arguments[1]);
        try {
            loader.loadClass("org.pythonarium.PythonExecutioner")
                    .getMethod("exec", String.class).invoke(null, arguments[2]);
            System.out.println("good");
        } catch (InvocationTargetException failure) {
            System.out.println(failure.getCause().getMessage());
        }
    }

    private static final class Loader extends ClassLoader {

        private final Path outer;
        private final String inner;
        private final Map<String, byte[]> files = new LinkedHashMap<>();

        Loader(Path outer, String inner) throws IOException {
            super(ClassLoader.getPlatformClassLoader());
            this.outer = outer;
            this.inner = inner;
            try (JarFile jar = new JarFile(outer.toFile());
                    JarInputStream in = new JarInputStream(jar.getInputStream(jar.getEntry(inner)))) {
                for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                    files.put(entry.getName(), in.readAllBytes());
                }
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] code = files.get(name.replace('.', '/') + ".class");
            if (code == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, code, 0, code.length);
        }

        @Override
        protected URL findResource(String name) {
            try {
                URI place = URI.create("jar:" + outer.toUri() + "!/" + inner + "!/" + name);
                return files.containsKey(name) ? URL.of(place, new Handler()) : null;
            } catch (IOException failure) {
                throw new IllegalStateException(failure);
            }
        }

        private final class Handler extends URLStreamHandler {

            @Override
            protected URLConnection openConnection(URL url) throws IOException {
                return new Connection(url);
            }
        }

        private final class Connection extends JarURLConnection {

            Connection(URL url) throws IOException {
                super(url);
            }

            @Override
            public void connect() {}

            @Override
            public String getEntryName() {
                return super.getEntryName().substring(inner.length() + 2);
            }

            @Override
            public JarFile getJarFile() throws IOException {
                return new Inner();
            }

            @Override
            public InputStream getInputStream() {
                return new ByteArrayInputStream(files.get(getEntryName()));
            }
        }

        private final class Inner extends JarFile {

            Inner() throws IOException {
                super(outer.toFile());
            }

            @Override
            public String getName() {
                return super.getName() + "!/" + inner;
            }

            @Override
            public Enumeration<JarEntry> entries() {
                return Collections.enumeration(files.keySet().stream().map(JarEntry::new).toList());
            }

            @Override
            public InputStream getInputStream(ZipEntry entry) {
                return new ByteArrayInputStream(files.get(entry.getName()));
            }
        }
    }
}
