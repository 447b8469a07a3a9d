using System.Text;
using FastSeg.Studio.Projects;
using NUnit.Framework;

namespace FastSeg.Studio.Tests.Projects;

/// <summary>Operations as pages and scripts write them.</summary>
[TestFixture]
internal sealed class OperationJsonTests
{
    [TestCase("""{"id":"a","kind":"stroke","image":"i1","page":2,"class":1,"radius":40,"points":[1,2,3,4]}""", typeof(Operation.Stroke))]
    [TestCase("""{"kind":"stroke","id":"a","image":"i1","class":1,"radius":40,"points":[1,2]}""", typeof(Operation.Stroke))]
    [TestCase("""{"id":"a","kind":"polygon","image":"i1","page":1,"class":0,"points":[1,2,3,4,5,6]}""", typeof(Operation.Polygon))]
    [TestCase("""{"id":"a","kind":"fill","image":"i1","page":1,"class":1,"x":1,"y":2}""", typeof(Operation.Fill))]
    [TestCase("""{"id":"a","kind":"clear","image":"i1","page":1}""", typeof(Operation.Clear))]
    [TestCase("""{"id":"a","kind":"import","image":"i1","page":1,"file":"x.png"}""", typeof(Operation.Import))]
    [TestCase("""{"id":"a","kind":"class-add","class":{"value":3,"name":"n","colour":"#102030"}}""", typeof(Operation.ClassAdd))]
    [TestCase("""{"id":"a","kind":"class-change","value":3,"name":"n"}""", typeof(Operation.ClassChange))]
    [TestCase("""{"id":"a","kind":"class-order","values":[2,1]}""", typeof(Operation.ClassOrder))]
    [TestCase("""{"id":"a","kind":"class-delete","value":3}""", typeof(Operation.ClassDelete))]
    public void EveryKindIsReadAndWritten(string json, Type kind)
    {
        Operation operation = ProjectJson.ReadOperation(Encoding.UTF8.GetBytes(json));
        Assert.That(operation, Is.TypeOf(kind));
        Operation again = ProjectJson.ReadOperation(ProjectJson.Write(operation));
        Assert.That(ProjectJson.Write(again), Is.EqualTo(ProjectJson.Write(operation)));
    }

    [TestCase("""{"id":"a","kind":"paint"}""")]
    [TestCase("""{"id":"a"}""")]
    [TestCase("""{"id":"a","kind":"clear"}""")]
    [TestCase("""{"id":null,"kind":"clear","image":"i1"}""")]
    [TestCase("""{"id":"a","kind":"clear","image":"i1","pgae":3}""")]
    [TestCase("""{"id":"a","kind":"clear","image":"i1","image":"i2"}""")]
    [TestCase("""{"id":"a","kind":"stroke","image":"i1","class":256,"radius":40,"points":[1,2]}""")]
    [TestCase("""{"id":"a","kind":"stroke","image":"i1","class":1,"radius":40,"points":[1.5,2]}""")]
    [TestCase("""{"id":"a","kind":"stroke","image":"i1","class":1,"radius":40,"points":null}""")]
    [TestCase("""{"id":"a","kind":"stroke","image":"i1","class":1,"radius":40,"points":["1","2"]}""")]
    [TestCase("""[1]""")]
    [TestCase("null")]
    [TestCase("")]
    public void AnythingElseIsRefusedInASentence(string json) => Assert.That(
        () => ProjectJson.ReadOperation(Encoding.UTF8.GetBytes(json)),
        Throws.TypeOf<FastSegException>().With.Message.Match(
            "^The operation is (not understood|null).*; docs/studio.md shows what it has.$"));
}
