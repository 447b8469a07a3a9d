using FastSeg.Kernels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace FastSeg.Tests.House;

/// <summary>The kernels use nothing but ILGPU, and each has its tests.</summary>
[TestFixture]
internal sealed class LayoutTests
{
    [Test]
    public void KernelsKnowIlgpuAndNothingOfTheEngine()
    {
        IEnumerable<string?> used = typeof(Dog).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name);
        IEnumerable<string?> foreign = used.Where(name => name is not null && !name.StartsWith("System.", StringComparison.Ordinal));
        Assert.That(foreign, Is.EquivalentTo((string[])["ILGPU"]), "assemblies that the kernels use");
    }

    [Test]
    public void EveryKernelHasItsTests()
    {
        // A file of kernels holds a public static class; what kernels share (parameters, sinks) is tested through the kernels.
        string[] kernels = [.. SourceTree.Under(SourceTree.Kernels)
            .Where(file => file.Types.OfType<ClassDeclarationSyntax>().Any(IsPublicAndStatic))
            .Select(file => file.Stem)];
        Assert.That(kernels, Is.Not.Empty);
        IEnumerable<string> tests = SourceTree.Under("tests/FastSeg.Tests/Kernels").Select(file => file.Stem);
        Offenders.None(kernels.Select(kernel => $"{kernel}Tests").Except(tests), "files of tests for kernels are missing");
    }

    private static bool IsPublicAndStatic(ClassDeclarationSyntax type) =>
        type.Modifiers.Any(SyntaxKind.PublicKeyword) && type.Modifiers.Any(SyntaxKind.StaticKeyword);
}
