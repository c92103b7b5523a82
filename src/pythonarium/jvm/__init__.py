"""What a JVM needs of this Python: a JDK, the library, the jar, the command.

jdks         the Java installations of this machine
libraries    the shared library of this Python
jars         the jar, built from the Java sources when the wheel is
launch       `java`, started so that it finds this Python
"""
