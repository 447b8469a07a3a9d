using FastSeg.Studio.Labels;

namespace FastSeg.Studio.Projects;

/// <summary>From one state to the next.</summary>
/// <param name="State">The next state.</param>
/// <param name="Patches">What takes each changed page back.</param>
internal sealed record Step(ProjectState State, IReadOnlyList<PagePatch> Patches)
{
    /// <summary>Does an operation that <see cref="OperationChecks"/> let through, or that the journal has.</summary>
    /// <param name="state">The present state.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="size">Width and height of the operation's page; null for one without a page.</param>
    /// <param name="imports">Folder of imported label images.</param>
    /// <exception cref="FastSegException">A region to be filled is too large, or an imported file is missing or damaged.</exception>
    public static Step Do(ProjectState state, Operation operation, long[]? size, string imports)
    {
        ProjectState classed = state with { Classes = ClassRules.After(state.Classes, operation) };
        return operation switch
        {
            Operation.OnPage onPage => OnPage(classed, onPage, size!, imports),
            Operation.ClassDelete delete => Painted(classed, state.Pages.Keys.ToArray(), (page, edit) => edit.Erase(delete.Value)),
            _ => new Step(classed, []),
        };
    }

    /// <summary>Takes back a step whose patches were kept.</summary>
    /// <param name="state">The state after the step.</param>
    /// <param name="patches">The step's.</param>
    public static Step Undo(ProjectState state, IReadOnlyList<PagePatch> patches) =>
        Painted(
            state, [.. patches.Select(patch => patch.Page)],
            (page, edit) => edit.Restore(patches.First(patch => patch.Page == page).Patch));

    private static Step OnPage(ProjectState state, Operation.OnPage operation, long[] size, string imports)
    {
        var page = new LabelPage(operation.Image, operation.Page);
        if (!state.Pages.ContainsKey(page))
        {
            state = state with { Pages = state.Pages.Add(page, new LabelRaster(size[0], size[1])) };
        }
        return Painted(state, [page], (_, edit) => Paint(edit, operation, imports));
    }

    private static void Paint(LabelEdit edit, Operation.OnPage operation, string imports)
    {
        switch (operation)
        {
            case Operation.Stroke stroke:
                edit.Paint(StrokeShape.Runs(stroke.Points, stroke.Radius, edit.Height), stroke.Class);
                break;
            case Operation.Polygon polygon:
                edit.Paint(PolygonShape.Runs(polygon.Points, edit.Height), polygon.Class);
                break;
            case Operation.Fill fill:
                FloodFill.Run(edit, fill.X, fill.Y, fill.Class);
                break;
            case Operation.Clear:
                edit.Clear();
                break;
            case Operation.Import import:
                using (ImageReader labels = ImageFile.OpenLabels(Path.Combine(imports, import.File)))
                {
                    edit.Replace(labels);
                }
                break;
            default:
                throw new NotSupportedException(operation.GetType().Name);
        }
    }

    private static Step Painted(ProjectState state, IReadOnlyList<LabelPage> pages, Action<LabelPage, LabelEdit> paint)
    {
        var patches = new List<PagePatch>();
        foreach (LabelPage page in pages)
        {
            var edit = new LabelEdit(state.Pages[page]);
            paint(page, edit);
            (LabelRaster labels, LabelPatch patch) = edit.Finish();
            if (patch.Region is not null)
            {
                state = state with { Pages = state.Pages.SetItem(page, labels) };
                patches.Add(new PagePatch(page, patch));
            }
        }
        return new Step(state, patches);
    }
}
