namespace FastSeg.Native;

/// <summary>Tells whether a call failed because its native library is not there. A program may be shipped without some of them.</summary>
internal static class MissingLibrary
{
    /// <summary>Whether a library was not found. A type that calls one while it is initialised wraps the failure.</summary>
    public static bool Explains(Exception failure) =>
        failure is DllNotFoundException || (failure is TypeInitializationException { InnerException: { } inner } && Explains(inner));
}
