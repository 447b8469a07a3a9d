namespace FastSeg.Tests.Kernels;

/// <summary>Compiles a kernel for both kinds of device and checks what holds for all kernels.</summary>
internal static class KernelCheck
{
    /// <summary>Returns the PTX, after the checks.</summary>
    public static string Compiles(Delegate kernel)
    {
        string ptx = KernelHost.Ptx(kernel);
        KernelHost.CheckPtx(ptx);
        NUnit.Framework.Assert.That(KernelHost.OpenCl(kernel), NUnit.Framework.Does.Contain("kernel"));
        return ptx;
    }
}
