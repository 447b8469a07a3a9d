using System.Text;
using FastSeg.Files;

namespace FastSeg.Forest.Saved;

/// <summary>Makes the values of a saved model, and counts what they take (<see cref="ParseBudget"/>).</summary>
/// <param name="fileBytes">Bytes of the model.</param>
internal sealed class NodeMaker(long fileBytes)
{
    /// <summary>Most names that are kept to be used again: every tree has the same twenty.</summary>
    private const int MostNames = 64;

    private readonly List<(byte[] Bytes, string Text)> _names = [];

    /// <summary>What may still be made.</summary>
    public ParseBudget Budget { get; } = new(fileBytes, what => new FastSegException($"The forest is refused: {what}."));

    /// <summary>A text.</summary>
    public ModelNode Text(ReadOnlySpan<byte> bytes) => Text(Encoding.UTF8.GetString(bytes));

    /// <summary>A text that was read already.</summary>
    public ModelNode Text(string text)
    {
        Budget.Spend(ParseBudget.Object);
        Budget.SpendText(text.Length);
        return ModelNode.Text(text);
    }

    /// <summary>A number that stands alone.</summary>
    public ModelNode Number(double number)
    {
        Budget.Spend(ParseBudget.Object);
        return ModelNode.Number(number);
    }

    /// <summary>An array of numbers, which are counted already.</summary>
    public ModelNode Numbers(double[] numbers)
    {
        Budget.Spend(numbers.Length == 0 ? 0 : ParseBudget.Object);
        return ModelNode.Numbers(numbers);
    }

    /// <summary>The name of a member; names that come again are one text.</summary>
    public string Name(ReadOnlySpan<byte> bytes)
    {
        foreach ((byte[] known, string text) in _names)
        {
            if (bytes.SequenceEqual(known))
            {
                return text;
            }
        }
        string name = Encoding.UTF8.GetString(bytes);
        Budget.SpendText(name.Length);
        if (_names.Count < MostNames)
        {
            _names.Add((bytes.ToArray(), name));
        }
        return name;
    }

    /// <summary>Adds a member to an object, which is made with its first one.</summary>
    public void Add(ref Dictionary<string, ModelNode>? members, string name, ModelNode value)
    {
        Budget.Spend((members is null ? ParseBudget.Object + ParseBudget.Table : 0) + ParseBudget.TableEntry);
        members ??= [];
        members[name] = value;
    }
}
