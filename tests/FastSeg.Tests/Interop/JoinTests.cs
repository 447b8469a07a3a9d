using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastSeg.Interop.Structs;
using NUnit.Framework;

namespace FastSeg.Tests.Interop;

/// <summary>
/// The library in a process that has a .NET already, which is this one: it joins it. So its calls can be watched by this runtime's own
/// counters.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed unsafe class JoinTests
{
    private const int Width = 200, Height = 100, Planes = 58;
    private static string _log = "";

    private nint _library;

    [OneTimeSetUp]
    public void Load()
    {
        _library = NativeLibrary.Load(Path.Combine(CLibrary.Folder, "lib", "libfastseg.so"));
        var set = (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<int, byte*, void*, void>, void*, int>)Export("fs_set_log");
        Assert.That(set(&Take, null), Is.Zero);
        byte* text = stackalloc byte[20];
        var version = (delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, int>)Export("fs_version");
        Check(version(text, 20, null));
        Assert.That(Marshal.PtrToStringUTF8((nint)text), Is.EqualTo(FastSegVersion.Text));
        Assert.That(set(null, null), Is.Zero);
    }

    [Test]
    public void ItSaysThatItJoined() => Assert.That(_log, Does.StartWith("Joined .NET by "));

    [Test]
    public void FramesAllocateNothing()
    {
        nint session = 0;
        var shape = new NativeFrameShape
        {
            Size = (nuint)sizeof(NativeFrameShape),
            Width = Width,
            Height = Height,
            Dtype = 1,
            Channels = 1,
        };
        var open = (delegate* unmanaged[Cdecl]<void*, NativeFrameShape*, void*, nint*, int>)Export("fs_session_open_features");
        Check(open(null, &shape, null, &session));
        using var frame = new Memory(Width * Height);
        using var planes = new Memory(Width * Height * Planes * sizeof(float));
        NativeArray from = Packed(frame.Pointer, 1, 1), to = Packed(planes.Pointer, 4, Planes);
        var features = (delegate* unmanaged[Cdecl]<nint, NativeArray*, NativeArray*, int>)Export("fs_session_features");
        for (int i = 0; i < 3; i++)
        {
            Check(features(session, &from, &to));
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            Check(features(session, &from, &to));
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Check(((delegate* unmanaged[Cdecl]<nint, int>)Export("fs_session_close"))(session));
    }

    private static NativeArray Packed(void* data, int dtype, int planes)
    {
        var array = new NativeArray { Size = (nuint)sizeof(NativeArray), Data = data, Dtype = dtype, Ndim = 3 };
        (array.Shape[0], array.Shape[1], array.Shape[2]) = (Height, Width, planes);
        return array;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Take(int level, byte* text, void* user) => _log += Marshal.PtrToStringUTF8((nint)text);

    private void* Export(string name) => (void*)NativeLibrary.GetExport(_library, name);

    private void Check(int status)
    {
        if (status != 0)
        {
            Assert.Fail(Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)Export("fs_last_error"))())!);
        }
    }

    /// <summary>Zeroed memory outside the collector's heap.</summary>
    private readonly struct Memory(int bytes) : IDisposable
    {
        public byte* Pointer { get; } = (byte*)NativeMemory.AllocZeroed((nuint)bytes);

        public void Dispose() => NativeMemory.Free(Pointer);
    }
}
