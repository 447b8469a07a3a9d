using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace FastSeg.Tests.Common;

/// <summary>
/// A step that is taken and cancelled before it begins must not leave others waiting for their turn. Between the two lie a few
/// instructions, so no test of the compiled code holds a thread there; this one compiles the sources again, with a question to the test at
/// every look at a cancellation.
/// </summary>
[TestFixture]
internal sealed class CancelledTurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private delegate void RunInOrder(
        int workers, long count, ComputeOptions options, Action<int, long> begin, Action<int, long> work, Action<int, long> end);

    /// <summary>
    /// One thread has taken step 2 and is held there, another takes step 3 and finds nothing cancelled; then the run is cancelled, and the
    /// first one finds that.
    /// </summary>
    [Test]
    public void AStepThatIsCancelledBeforeItBeginsLetsTheNextOnesEnd()
    {
        using var stop = new CancellationTokenSource();
        using ManualResetEventSlim secondIsWorking = new(), firstIsHeld = new(), cancelled = new();
        int looks = 0;
        void Look(CancellationToken token)
        {
            int look = token.CanBeCanceled ? Interlocked.Increment(ref looks) : 0;
            if (look == 3)
            {
                firstIsHeld.Set();
                Assert.That(cancelled.Wait(Patience), Is.True);
            }
            token.ThrowIfCancellationRequested();
            if (look == 4)
            {
                stop.Cancel();
                cancelled.Set();
            }
        }
        RunInOrder run = Compiled(Look);
        var whole = Task.Run(() => run(
            2, 1000, new ComputeOptions { Cancellation = stop.Token }, (_, _) => { },
            (_, step) =>
            {
                // Step 0 waits until step 1 is taken, and step 1 until step 2 is.
                if (step == 0)
                {
                    Assert.That(secondIsWorking.Wait(Patience), Is.True);
                }
                else
                {
                    secondIsWorking.Set();
                    Assert.That(firstIsHeld.Wait(Patience), Is.True);
                }
            },
            (_, _) => { }));
        Assert.That(() => whole.Wait(Patience), Throws.InnerException.InstanceOf<OperationCanceledException>());
        Assert.That(looks, Is.EqualTo(4));
    }

    /// <summary>Workers as its source has it, but for asking whether it is cancelled.</summary>
    private static RunInOrder Compiled(Action<CancellationToken> look)
    {
        const string Asking = "public static class Asking { public static Action<CancellationToken> Look = null!; }";
        string usings = string.Concat(((string[])["System", "System.Collections.Generic", "System.Linq", "System.Threading"])
            .Select(name => $"global using {name};"));
        SyntaxNode Source(string file) =>
            CSharpSyntaxTree.ParseText(File.ReadAllText(TestData.File("src", "FastSeg", "Common", file))).GetRoot();
        SyntaxNode[] files =
        [
            new Questions().Visit(Source("Workers.cs")),
            Source("Turns.cs"),
            CSharpSyntaxTree.ParseText(usings + Asking).GetRoot(),
        ];
        // The name of this assembly, because the library shows it what is internal.
        string name = typeof(CancelledTurnsTests).Assembly.GetName().Name!;
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileNameWithoutExtension(path) != name)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            name, files.Select(file => file.SyntaxTree), references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var bytes = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = compilation.Emit(bytes);
        Assert.That(result.Diagnostics.Where(message => message.Severity == DiagnosticSeverity.Error), Is.Empty);
        Assembly assembly = Assembly.Load(bytes.ToArray());
        assembly.GetType("Asking")!.GetField("Look")!.SetValue(null, look);
        return assembly.GetType("FastSeg.Common.Workers")!.GetMethod("RunInOrder")!.CreateDelegate<RunInOrder>();
    }

    /// <summary>Makes token.ThrowIfCancellationRequested() into Asking.Look(token).</summary>
    private sealed class Questions : CSharpSyntaxRewriter
    {
        public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node) =>
            node.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ThrowIfCancellationRequested" } asked
                ? SyntaxFactory.ParseExpression($"Asking.Look({asked.Expression})")
                : base.VisitInvocationExpression(node);
    }
}
