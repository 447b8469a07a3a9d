using FastSeg.Native;
using NUnit.Framework;

namespace FastSeg.Tests.Native;

/// <summary>What libxgboost says of itself, and the texts it takes arrays by.</summary>
[TestFixture]
internal sealed unsafe class XgBoostBuildTests
{
    [TestCase("""{"DEBUG":true,"GCC_VERSION":[12,2,0],"USE_CUDA":false,"USE_NCCL":false}""", false)]
    [TestCase("""{"CUDA_VERSION":[12,8],"USE_CUDA":true,"USE_NCCL":true}""", true)]
    [TestCase("""{"USE_CUDA":"true"}""", false)]
    [TestCase("{}", false)]
    [TestCase("[]", false)]
    [TestCase("not JSON", false)]
    [TestCase("", false)]
    public void CudaIsWhatTheBuildSays(string json, bool cuda) =>
        Assert.That(XgBoostBuild.Parse(new Version(2, 1, 4), json), Is.EqualTo(new XgBoostBuild(new Version(2, 1, 4), cuda)));

    [Test]
    public void TheLibraryHereSaysIt()
    {
        Assert.That(XgBoostBuild.Info, Does.StartWith("{").And.Contain("\"USE_CUDA\":"));
        Assert.That(XgBoostBuild.Current.Version, Is.EqualTo(XgBoost.Version));
        Assert.That(XgBoostBuild.Current.HasCuda, Is.EqualTo(XgBoostBuild.Info.Contains("\"USE_CUDA\":true", StringComparison.Ordinal)));
    }

    [Test]
    public void ArraysAreDescribedToTheLetter()
    {
        Assert.That(
            XgBoost.Array((void*)4096, "<f4", 7, 58),
            Is.EqualTo("""{"data":[4096,true],"shape":[7,58],"strides":null,"typestr":"<f4","version":3}"""));
        Assert.That(
            XgBoost.CudaArray(unchecked((nint)0x7f00_0000_0100), "<f4", 4_000_000_000, 58),
            Is.EqualTo(
                """{"data":[139637976727808,true],"shape":[4000000000,58],"strides":null,"typestr":"<f4","version":3,"stream":null}"""));
        Assert.That(
            XgBoost.CudaArray(256, "<i4", 3),
            Is.EqualTo("""{"data":[256,true],"shape":[3],"strides":null,"typestr":"<i4","version":3,"stream":null}"""));
    }
}
